// Written by scripts/make-stream-data.mjs from countries-list 3.4.1 (MIT, Copyright (c) 2014 Annexare Studio),
// with corrections that the script lists. Do not edit by hand.

/** A member of the United Nations. */
export interface Country {
  /** ISO 3166-1, two letters. */
  readonly code: string;
  readonly name: string;
  /** Other names in use today. */
  readonly otherNames: readonly string[];
  /** Every city that counts as its capital, the one to ask about first; empty where that is disputed. */
  readonly capitals: readonly string[];
  /** `null` where a country lies on two, or is often counted elsewhere. */
  readonly continent: string | null;
  /** ISO 4217, three letters; `null` where there are several, or one that changed of late. */
  readonly currency: string | null;
  /** Digits after the plus; `null` where countries share one. */
  readonly callingCode: string | null;
}

const TABLE = `
AD|Andorra||Andorra la Vella|Europe|EUR|376
AE|United Arab Emirates|UAE;Emirates|Abu Dhabi|Asia|AED|971
AF|Afghanistan||Kabul|Asia|AFN|93
AG|Antigua and Barbuda||Saint John's||XCD|
AL|Albania||Tirana|Europe|ALL|355
AM|Armenia||Yerevan||AMD|374
AO|Angola||Luanda|Africa|AOA|244
AR|Argentina||Buenos Aires|South America|ARS|54
AT|Austria||Vienna;Wien|Europe|EUR|43
AU|Australia||Canberra|Oceania|AUD|61
AZ|Azerbaijan||Baku||AZN|994
BA|Bosnia and Herzegovina||Sarajevo|Europe|BAM|387
BB|Barbados||Bridgetown||BBD|
BD|Bangladesh||Dhaka|Asia|BDT|880
BE|Belgium||Brussels;Bruxelles;Brussel|Europe|EUR|32
BF|Burkina Faso||Ouagadougou|Africa|XOF|226
BG|Bulgaria||Sofia|Europe||359
BH|Bahrain||Manama|Asia|BHD|973
BI|Burundi|||Africa|BIF|257
BJ|Benin||Porto-Novo|Africa|XOF|229
BN|Brunei|Brunei Darussalam|Bandar Seri Begawan|Asia|BND|673
BO|Bolivia||Sucre;La Paz|South America||591
BR|Brazil||Brasília|South America|BRL|55
BS|Bahamas||Nassau||BSD|
BT|Bhutan||Thimphu|Asia||975
BW|Botswana||Gaborone|Africa|BWP|267
BY|Belarus||Minsk|Europe|BYN|375
BZ|Belize||Belmopan|North America|BZD|501
CA|Canada||Ottawa|North America|CAD|
CD|Democratic Republic of the Congo|DR Congo;DRC;Congo-Kinshasa;Democratic Republic of Congo|Kinshasa|Africa|CDF|243
CF|Central African Republic||Bangui|Africa|XAF|236
CG|Republic of the Congo|Congo-Brazzaville;Congo Republic|Brazzaville|Africa|XAF|242
CH|Switzerland||Bern|Europe|CHF|41
CI|Ivory Coast|Côte d'Ivoire|Yamoussoukro|Africa|XOF|225
CL|Chile||Santiago|South America||56
CM|Cameroon||Yaoundé|Africa|XAF|237
CN|China|People's Republic of China;PRC|Beijing|Asia|CNY|86
CO|Colombia||Bogotá|South America|COP|57
CR|Costa Rica||San José|North America|CRC|506
CU|Cuba||Havana|||53
CV|Cape Verde|Cabo Verde|Praia|Africa|CVE|238
CY|Cyprus||Nicosia||EUR|357
CZ|Czechia|Czech Republic|Prague;Praha|Europe|CZK|420
DE|Germany||Berlin|Europe|EUR|49
DJ|Djibouti||Djibouti;Djibouti City|Africa|DJF|253
DK|Denmark||Copenhagen|Europe|DKK|45
DM|Dominica||Roseau||XCD|
DO|Dominican Republic||Santo Domingo||DOP|
DZ|Algeria||Algiers|Africa|DZD|213
EC|Ecuador||Quito|South America|USD|593
EE|Estonia||Tallinn|Europe|EUR|372
EG|Egypt||Cairo||EGP|20
ER|Eritrea||Asmara|Africa|ERN|291
ES|Spain||Madrid|Europe|EUR|34
ET|Ethiopia||Addis Ababa|Africa|ETB|251
FI|Finland||Helsinki|Europe|EUR|358
FJ|Fiji||Suva|Oceania|FJD|679
FM|Micronesia|Federated States of Micronesia|Palikir|Oceania|USD|691
FR|France||Paris|Europe|EUR|33
GA|Gabon||Libreville|Africa|XAF|241
GB|United Kingdom|UK;Britain;Great Britain;England|London|Europe|GBP|44
GD|Grenada||Saint George's||XCD|
GE|Georgia||Tbilisi||GEL|995
GH|Ghana||Accra|Africa|GHS|233
GM|Gambia||Banjul|Africa|GMD|220
GN|Guinea||Conakry|Africa|GNF|224
GQ|Equatorial Guinea|||Africa|XAF|240
GR|Greece||Athens|Europe|EUR|30
GT|Guatemala||Guatemala City;Guatemala|North America|GTQ|502
GW|Guinea-Bissau||Bissau|Africa|XOF|245
GY|Guyana||Georgetown|South America|GYD|592
HN|Honduras||Tegucigalpa|North America|HNL|504
HR|Croatia||Zagreb|Europe|EUR|385
HT|Haiti||Port-au-Prince|||509
HU|Hungary||Budapest|Europe|HUF|36
ID|Indonesia||Jakarta;Nusantara||IDR|62
IE|Ireland|Republic of Ireland|Dublin|Europe|EUR|353
IL|Israel|||Asia|ILS|972
IN|India||New Delhi;Delhi|Asia|INR|91
IQ|Iraq||Baghdad|Asia|IQD|964
IR|Iran||Tehran|Asia|IRR|98
IS|Iceland||Reykjavik|Europe|ISK|354
IT|Italy||Rome;Roma|Europe|EUR|39
JM|Jamaica||Kingston||JMD|
JO|Jordan||Amman|Asia|JOD|962
JP|Japan||Tokyo|Asia|JPY|81
KE|Kenya||Nairobi|Africa|KES|254
KG|Kyrgyzstan|Kyrgyz Republic|Bishkek|Asia|KGS|996
KH|Cambodia||Phnom Penh|Asia|KHR|855
KI|Kiribati||South Tarawa;Tarawa|Oceania|AUD|686
KM|Comoros||Moroni|Africa|KMF|269
KN|Saint Kitts and Nevis|St Kitts|Basseterre||XCD|
KP|North Korea|DPRK;Democratic People's Republic of Korea|Pyongyang|Asia|KPW|850
KR|South Korea|Republic of Korea|Seoul|Asia|KRW|82
KW|Kuwait||Kuwait City;Kuwait|Asia|KWD|965
KZ|Kazakhstan||Astana;Nur-Sultan||KZT|
LA|Laos|Lao PDR;Lao People's Democratic Republic|Vientiane|Asia|LAK|856
LB|Lebanon||Beirut|Asia|LBP|961
LC|Saint Lucia||Castries||XCD|
LI|Liechtenstein||Vaduz|Europe|CHF|423
LK|Sri Lanka||Sri Jayawardenepura Kotte;Kotte;Colombo|Asia|LKR|94
LR|Liberia||Monrovia|Africa|LRD|231
LS|Lesotho||Maseru|Africa||266
LT|Lithuania||Vilnius|Europe|EUR|370
LU|Luxembourg||Luxembourg;Luxembourg City|Europe|EUR|352
LV|Latvia||Riga|Europe|EUR|371
LY|Libya||Tripoli|Africa|LYD|218
MA|Morocco||Rabat|Africa|MAD|212
MC|Monaco||Monaco|Europe|EUR|377
MD|Moldova|Republic of Moldova|Chișinău;Kishinev|Europe|MDL|373
ME|Montenegro||Podgorica|Europe|EUR|382
MG|Madagascar||Antananarivo|Africa|MGA|261
MH|Marshall Islands||Majuro|Oceania|USD|692
MK|North Macedonia|Macedonia|Skopje|Europe|MKD|389
ML|Mali||Bamako|Africa|XOF|223
MM|Myanmar|Burma|Naypyidaw;Nay Pyi Taw|Asia|MMK|95
MN|Mongolia||Ulaanbaatar;Ulan Bator|Asia|MNT|976
MR|Mauritania||Nouakchott|Africa|MRU|222
MT|Malta||Valletta|Europe|EUR|356
MU|Mauritius||Port Louis|Africa|MUR|230
MV|Maldives||Malé|Asia|MVR|960
MW|Malawi||Lilongwe|Africa|MWK|265
MX|Mexico||Mexico City;Ciudad de México;CDMX|North America|MXN|52
MY|Malaysia||Kuala Lumpur|Asia|MYR|60
MZ|Mozambique||Maputo|Africa|MZN|258
NA|Namibia||Windhoek|Africa||264
NE|Niger||Niamey|Africa|XOF|227
NG|Nigeria||Abuja|Africa|NGN|234
NI|Nicaragua||Managua|North America|NIO|505
NL|Netherlands|Holland|Amsterdam|Europe|EUR|31
NO|Norway||Oslo|Europe|NOK|47
NP|Nepal||Kathmandu|Asia|NPR|977
NR|Nauru|||Oceania|AUD|674
NZ|New Zealand||Wellington|Oceania|NZD|64
OM|Oman||Muscat|Asia|OMR|968
PA|Panama||Panama City;Panama|North America||507
PE|Peru||Lima|South America|PEN|51
PG|Papua New Guinea||Port Moresby|Oceania|PGK|675
PH|Philippines||Manila|Asia|PHP|63
PK|Pakistan||Islamabad|Asia|PKR|92
PL|Poland||Warsaw;Warszawa|Europe|PLN|48
PT|Portugal||Lisbon;Lisboa|Europe|EUR|351
PW|Palau||Ngerulmud;Melekeok|Oceania|USD|680
PY|Paraguay||Asunción|South America|PYG|595
QA|Qatar||Doha|Asia|QAR|974
RO|Romania||Bucharest|Europe|RON|40
RS|Serbia||Belgrade|Europe|RSD|381
RU|Russia|Russian Federation|Moscow||RUB|
RW|Rwanda||Kigali|Africa|RWF|250
SA|Saudi Arabia||Riyadh|Asia|SAR|966
SB|Solomon Islands||Honiara|Oceania|SBD|677
SC|Seychelles||Victoria|Africa|SCR|248
SD|Sudan||Khartoum|Africa|SDG|249
SE|Sweden||Stockholm|Europe|SEK|46
SG|Singapore||Singapore|Asia|SGD|65
SI|Slovenia||Ljubljana|Europe|EUR|386
SK|Slovakia||Bratislava|Europe|EUR|421
SL|Sierra Leone||Freetown|Africa||232
SM|San Marino||San Marino;City of San Marino|Europe|EUR|378
SN|Senegal||Dakar|Africa|XOF|221
SO|Somalia||Mogadishu|Africa|SOS|252
SR|Suriname||Paramaribo|South America|SRD|597
SS|South Sudan||Juba|Africa|SSP|211
ST|Sao Tome and Principe||São Tomé|Africa|STN|239
SV|El Salvador||San Salvador|North America||503
SY|Syria|Syrian Arab Republic|Damascus|Asia|SYP|963
SZ|Eswatini|Swaziland|Mbabane;Lobamba|Africa|SZL|268
TD|Chad||N'Djamena|Africa|XAF|235
TG|Togo||Lomé|Africa|XOF|228
TH|Thailand||Bangkok|Asia|THB|66
TJ|Tajikistan||Dushanbe|Asia|TJS|992
TL|East Timor|Timor-Leste|Dili||USD|670
TM|Turkmenistan||Ashgabat;Ashkhabad|Asia|TMT|993
TN|Tunisia||Tunis|Africa|TND|216
TO|Tonga||Nuku'alofa|Oceania|TOP|676
TR|Turkey|Türkiye|Ankara||TRY|90
TT|Trinidad and Tobago||Port of Spain||TTD|
TV|Tuvalu||Funafuti;Vaiaku;Fongafale|Oceania|AUD|688
TZ|Tanzania||Dodoma|Africa|TZS|255
UA|Ukraine||Kyiv;Kiev|Europe|UAH|380
UG|Uganda||Kampala|Africa|UGX|256
US|United States|United States of America;USA;US;America|Washington, D.C.;Washington;Washington, District of Columbia|North America|USD|
UY|Uruguay||Montevideo|South America||598
UZ|Uzbekistan||Tashkent|Asia|UZS|998
VC|Saint Vincent and the Grenadines|St Vincent|Kingstown||XCD|
VE|Venezuela||Caracas|South America||58
VN|Vietnam|Viet Nam|Hanoi|Asia|VND|84
VU|Vanuatu||Port Vila|Oceania|VUV|678
WS|Samoa||Apia|Oceania|WST|685
YE|Yemen||Sana'a;Aden|Asia|YER|967
ZA|South Africa||Pretoria;Cape Town;Bloemfontein|Africa|ZAR|27
ZM|Zambia||Lusaka|Africa|ZMW|260
ZW|Zimbabwe||Harare|Africa||263
`;

const listOf = (cell: string): string[] => (cell === '' ? [] : cell.split(';'));

/** All 193 members, by code. */
export const COUNTRIES: readonly Country[] = TABLE.trim()
  .split('\n')
  .map((row) => {
    const [code = '', name = '', others = '', capitals = '', continent, currency, calling] =
      row.split('|');
    return {
      code,
      name,
      otherNames: listOf(others),
      capitals: listOf(capitals),
      continent: continent || null,
      currency: currency || null,
      callingCode: calling || null,
    };
  });
