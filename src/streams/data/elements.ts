// Written by scripts/make-stream-data.mjs from chemical-elements 2.3.3 (MIT, Copyright (c) 2017 cheminfo).
// Do not edit by hand.

/** A chemical element. */
export interface ChemicalElement {
  /** Atomic number, from 1. */
  readonly number: number;
  readonly symbol: string;
  readonly name: string;
  /** Other spellings of the name. */
  readonly otherNames: readonly string[];
  /** Mass numbers of its isotopes found in nature, the most abundant first, three at most. */
  readonly isotopes: readonly number[];
}

const TABLE = `
1|H|hydrogen||1;2
2|He|helium||4;3
3|Li|lithium||7;6
4|Be|beryllium||9
5|B|boron||11;10
6|C|carbon||12;13
7|N|nitrogen||14;15
8|O|oxygen||16;18;17
9|F|fluorine||19
10|Ne|neon||20;22;21
11|Na|sodium||23
12|Mg|magnesium||24;26;25
13|Al|aluminium|aluminum|27
14|Si|silicon||28;29;30
15|P|phosphorus||31
16|S|sulfur|sulphur|32;34;33
17|Cl|chlorine||35;37
18|Ar|argon||40;36;38
19|K|potassium||39;41;40
20|Ca|calcium||40;44;42
21|Sc|scandium||45
22|Ti|titanium||48;46;47
23|V|vanadium||51;50
24|Cr|chromium||52;53;50
25|Mn|manganese||55
26|Fe|iron||56;54;57
27|Co|cobalt||59
28|Ni|nickel||58;60;62
29|Cu|copper||63;65
30|Zn|zinc||64;66;68
31|Ga|gallium||69;71
32|Ge|germanium||74;72;70
33|As|arsenic||75
34|Se|selenium||80;78;76
35|Br|bromine||79;81
36|Kr|krypton||84;86;82
37|Rb|rubidium||85;87
38|Sr|strontium||88;86;87
39|Y|yttrium||89
40|Zr|zirconium||90;94;92
41|Nb|niobium||93
42|Mo|molybdenum||98;96;95
43|Tc|technetium||
44|Ru|ruthenium||102;104;101
45|Rh|rhodium||103
46|Pd|palladium||106;108;105
47|Ag|silver||107;109
48|Cd|cadmium||114;112;111
49|In|indium||115;113
50|Sn|tin||120;118;116
51|Sb|antimony||121;123
52|Te|tellurium||130;128;126
53|I|iodine||127
54|Xe|xenon||132;129;131
55|Cs|caesium|cesium|133
56|Ba|barium||138;137;136
57|La|lanthanum||139;138
58|Ce|cerium||140;142;138
59|Pr|praseodymium||141
60|Nd|neodymium||142;144;146
61|Pm|promethium||
62|Sm|samarium||152;154;147
63|Eu|europium||153;151
64|Gd|gadolinium||158;160;156
65|Tb|terbium||159
66|Dy|dysprosium||164;162;163
67|Ho|holmium||165
68|Er|erbium||166;168;167
69|Tm|thulium||169
70|Yb|ytterbium||174;172;173
71|Lu|lutetium||175;176
72|Hf|hafnium||180;178;177
73|Ta|tantalum||181;180
74|W|tungsten||184;186;182
75|Re|rhenium||187;185
76|Os|osmium||192;190;189
77|Ir|iridium||193;191
78|Pt|platinum||195;194;196
79|Au|gold||197
80|Hg|mercury||202;200;199
81|Tl|thallium||205;203
82|Pb|lead||208;206;207
83|Bi|bismuth||209
84|Po|polonium||
85|At|astatine||
86|Rn|radon||
87|Fr|francium||
88|Ra|radium||
89|Ac|actinium||
90|Th|thorium||232
91|Pa|protactinium||231
92|U|uranium||238;235;234
93|Np|neptunium||
94|Pu|plutonium||
95|Am|americium||
96|Cm|curium||
97|Bk|berkelium||
98|Cf|californium||
99|Es|einsteinium||
100|Fm|fermium||
101|Md|mendelevium||
102|No|nobelium||
103|Lr|lawrencium||
104|Rf|rutherfordium||
105|Db|dubnium||
106|Sg|seaborgium||
107|Bh|bohrium||
108|Hs|hassium||
109|Mt|meitnerium||
110|Ds|darmstadtium||
111|Rg|roentgenium||
112|Cn|copernicium||
113|Nh|nihonium||
114|Fl|flerovium||
115|Mc|moscovium||
116|Lv|livermorium||
117|Ts|tennessine||
118|Og|oganesson||
`;

const listOf = (cell: string): string[] => (cell === '' ? [] : cell.split(';'));

/** All 118 elements, by number. */
export const ELEMENTS: readonly ChemicalElement[] = TABLE.trim()
  .split('\n')
  .map((row) => {
    const [number = '', symbol = '', name = '', others = '', isotopes = ''] = row.split('|');
    return {
      number: Number(number),
      symbol,
      name,
      otherNames: listOf(others),
      isotopes: listOf(isotopes).map(Number),
    };
  });
