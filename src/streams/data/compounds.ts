/** A chemical compound with its formula. Written for this project. */
export interface Compound {
  readonly name: string;
  /** Formula to ask with; without parentheses for molecules. */
  readonly formula: string;
  /** Other ways to write it. */
  readonly otherFormulas: readonly string[];
  /** Whether it consists of molecules, so that one may ask for the atoms in one. */
  readonly molecular: boolean;
}

const MOLECULES = `
water|H2O
carbon dioxide|CO2
carbon monoxide|CO
methane|CH4
ammonia|NH3
glucose|C6H12O6
ethanol|C2H6O|C2H5OH;CH3CH2OH
methanol|CH4O|CH3OH
acetic acid|C2H4O2|CH3COOH;CH3CO2H;HC2H3O2
formic acid|CH2O2|HCOOH;HCO2H
benzene|C6H6
ethane|C2H6
propane|C3H8
butane|C4H10
pentane|C5H12
hexane|C6H14
octane|C8H18
ethylene|C2H4|CH2CH2;CH2=CH2
acetylene|C2H2|HCCH;CHCH
formaldehyde|CH2O|HCHO;H2CO
acetone|C3H6O|CH3COCH3;(CH3)2CO
urea|CH4N2O|CO(NH2)2;(NH2)2CO;NH2CONH2
hydrogen peroxide|H2O2
hydrogen fluoride|HF
hydrogen sulfide|H2S
hydrogen cyanide|HCN
sulfuric acid|H2SO4
nitric acid|HNO3
phosphoric acid|H3PO4
carbonic acid|H2CO3
hydrochloric acid|HCl
nitrous acid|HNO2
sulfurous acid|H2SO3
perchloric acid|HClO4
nitric oxide|NO
nitrogen dioxide|NO2
nitrous oxide|N2O
sulfur dioxide|SO2
sulfur trioxide|SO3
ozone|O3
phosphine|PH3
silane|SiH4
carbon tetrachloride|CCl4
chloroform|CHCl3
sucrose|C12H22O11
carbon disulfide|CS2
boron trifluoride|BF3
sulfur hexafluoride|SF6
toluene|C7H8|C6H5CH3
phenol|C6H6O|C6H5OH
aniline|C6H7N|C6H5NH2
naphthalene|C10H8
glycerol|C3H8O3|C3H5(OH)3
caffeine|C8H10N4O2
citric acid|C6H8O7
aspirin|C9H8O4
lactic acid|C3H6O3
oxalic acid|C2H2O4|H2C2O4;(COOH)2;HOOCCOOH
`;

const SALTS = `
sodium chloride|NaCl
sodium hydroxide|NaOH
potassium hydroxide|KOH
calcium carbonate|CaCO3
sodium bicarbonate|NaHCO3
sodium carbonate|Na2CO3
potassium permanganate|KMnO4
calcium oxide|CaO
magnesium oxide|MgO
iron(III) oxide|Fe2O3
iron(II) oxide|FeO
aluminium oxide|Al2O3
silicon dioxide|SiO2
titanium dioxide|TiO2
zinc oxide|ZnO
copper(II) sulfate|CuSO4
silver nitrate|AgNO3
potassium nitrate|KNO3
ammonium nitrate|NH4NO3
ammonium chloride|NH4Cl
calcium chloride|CaCl2
magnesium sulfate|MgSO4
calcium sulfate|CaSO4
barium sulfate|BaSO4
sodium sulfate|Na2SO4
potassium chloride|KCl
sodium fluoride|NaF
calcium hydroxide|Ca(OH)2
magnesium hydroxide|Mg(OH)2
aluminium chloride|AlCl3
zinc sulfide|ZnS
lithium fluoride|LiF
potassium dichromate|K2Cr2O7
sodium hypochlorite|NaClO|NaOCl
sodium nitrate|NaNO3
sodium nitrite|NaNO2
potassium bromide|KBr
potassium iodide|KI
silver chloride|AgCl
lead(II) oxide|PbO
calcium fluoride|CaF2
`;

function read(table: string, molecular: boolean): Compound[] {
  return table
    .trim()
    .split('\n')
    .map((row) => {
      const [name = '', formula = '', others = ''] = row.split('|');
      const otherFormulas = others === '' ? [] : others.split(';');
      return { name, formula, otherFormulas, molecular };
    });
}

/** Compounds that a school book names. */
export const COMPOUNDS: readonly Compound[] = [...read(MOLECULES, true), ...read(SALTS, false)];
