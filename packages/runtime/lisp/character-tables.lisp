;;;; Unicode: which characters have case, and which are letters (from the
;;;; Unicode Character Database 10.0); data tables.

(in-package #:astralisp.runtime)

;;; Ranges of upper-case letters beyond ASCII: (first last distance) where the
;;; lower case lies DISTANCE higher, or (first last) where each upper-case letter
;;; is followed by its lower case.
(defglobal **case-ranges**
  '((#xC0 #xD6 32) (#xD8 #xDE 32) (#x100 #x12E) (#x132 #x136) (#x139 #x147)
      (#x14A #x176) (#x178 #x178 -121) (#x179 #x17D) (#x181 #x181 210)
      (#x182 #x184) (#x186 #x186 206) (#x187 #x187 1) (#x189 #x18A 205)
      (#x18B #x18B 1) (#x18E #x18E 79) (#x18F #x18F 202) (#x190 #x190 203)
      (#x191 #x191 1) (#x193 #x193 205) (#x194 #x194 207) (#x196 #x196 211)
      (#x197 #x197 209) (#x198 #x198 1) (#x19C #x19C 211) (#x19D #x19D 213)
      (#x19F #x19F 214) (#x1A0 #x1A4) (#x1A6 #x1A6 218) (#x1A7 #x1A7 1)
      (#x1A9 #x1A9 218) (#x1AC #x1AC 1) (#x1AE #x1AE 218) (#x1AF #x1AF 1)
      (#x1B1 #x1B2 217) (#x1B3 #x1B5) (#x1B7 #x1B7 219) (#x1B8 #x1B8 1)
      (#x1BC #x1BC 1) (#x1C4 #x1C4 2) (#x1C7 #x1C7 2) (#x1CA #x1CA 2)
      (#x1CD #x1DB) (#x1DE #x1EE) (#x1F1 #x1F1 2) (#x1F4 #x1F4 1)
      (#x1F6 #x1F6 -97) (#x1F7 #x1F7 -56) (#x1F8 #x21E) (#x220 #x220 -130)
      (#x222 #x232) (#x23A #x23A 10795) (#x23B #x23B 1) (#x23D #x23D -163)
      (#x23E #x23E 10792) (#x241 #x241 1) (#x243 #x243 -195) (#x244 #x244 69)
      (#x245 #x245 71) (#x246 #x24E) (#x370 #x372) (#x376 #x376 1)
      (#x37F #x37F 116) (#x386 #x386 38) (#x388 #x38A 37) (#x38C #x38C 64)
      (#x38E #x38F 63) (#x391 #x3A1 32) (#x3A3 #x3AB 32) (#x3CF #x3CF 8)
      (#x3D8 #x3EE) (#x3F7 #x3F7 1) (#x3F9 #x3F9 -7) (#x3FA #x3FA 1)
      (#x3FD #x3FF -130) (#x400 #x40F 80) (#x410 #x42F 32) (#x460 #x480)
      (#x48A #x4BE) (#x4C0 #x4C0 15) (#x4C1 #x4CD) (#x4D0 #x52E)
      (#x531 #x556 48) (#x10A0 #x10C5 7264) (#x10C7 #x10C7 7264)
      (#x10CD #x10CD 7264) (#x13A0 #x13EF 38864) (#x13F0 #x13F5 8)
      (#x1E00 #x1E94) (#x1EA0 #x1EFE) (#x1F08 #x1F0F -8) (#x1F18 #x1F1D -8)
      (#x1F28 #x1F2F -8) (#x1F38 #x1F3F -8) (#x1F48 #x1F4D -8)
      (#x1F59 #x1F59 -8) (#x1F5B #x1F5B -8) (#x1F5D #x1F5D -8)
      (#x1F5F #x1F5F -8) (#x1F68 #x1F6F -8) (#x1FB8 #x1FB9 -8)
      (#x1FBA #x1FBB -74) (#x1FC8 #x1FCB -86) (#x1FD8 #x1FD9 -8)
      (#x1FDA #x1FDB -100) (#x1FE8 #x1FE9 -8) (#x1FEA #x1FEB -112)
      (#x1FEC #x1FEC -7) (#x1FF8 #x1FF9 -128) (#x1FFA #x1FFB -126)
      (#x2132 #x2132 28) (#x2183 #x2183 1) (#x2C00 #x2C2E 48) (#x2C60 #x2C60 1)
      (#x2C62 #x2C62 -10743) (#x2C63 #x2C63 -3814) (#x2C64 #x2C64 -10727)
      (#x2C67 #x2C6B) (#x2C6D #x2C6D -10780) (#x2C6E #x2C6E -10749)
      (#x2C6F #x2C6F -10783) (#x2C70 #x2C70 -10782) (#x2C72 #x2C72 1)
      (#x2C75 #x2C75 1) (#x2C7E #x2C7F -10815) (#x2C80 #x2CE2) (#x2CEB #x2CED)
      (#x2CF2 #x2CF2 1) (#xA640 #xA66C) (#xA680 #xA69A) (#xA722 #xA72E)
      (#xA732 #xA76E) (#xA779 #xA77B) (#xA77D #xA77D -35332) (#xA77E #xA786)
      (#xA78B #xA78B 1) (#xA78D #xA78D -42280) (#xA790 #xA792) (#xA796 #xA7A8)
      (#xA7AA #xA7AA -42308) (#xA7AB #xA7AB -42319) (#xA7AC #xA7AC -42315)
      (#xA7AD #xA7AD -42305) (#xA7AE #xA7AE -42308) (#xA7B0 #xA7B0 -42258)
      (#xA7B1 #xA7B1 -42282) (#xA7B2 #xA7B2 -42261) (#xA7B3 #xA7B3 928)
      (#xA7B4 #xA7B6) (#xFF21 #xFF3A 32) (#x10400 #x10427 40)
      (#x104B0 #x104D3 40) (#x10C80 #x10CB2 64)))

;;; First and last codes of the ranges of letters beyond ASCII, rising.
(defglobal **letter-ranges**
  '#(#xAA #xAA #xB5 #xB5 #xBA #xBA #xC0 #xD6 #xD8 #xF6 #xF8 #x2C1 #x2C6 #x2D1
      #x2E0 #x2E4 #x2EC #x2EC #x2EE #x2EE #x370 #x374 #x376 #x377 #x37A #x37D
      #x37F #x37F #x386 #x386 #x388 #x38A #x38C #x38C #x38E #x3A1 #x3A3 #x3F5
      #x3F7 #x481 #x48A #x52F #x531 #x556 #x559 #x559 #x561 #x587 #x5D0 #x5EA
      #x5F0 #x5F2 #x620 #x64A #x66E #x66F #x671 #x6D3 #x6D5 #x6D5 #x6E5 #x6E6
      #x6EE #x6EF #x6FA #x6FC #x6FF #x6FF #x710 #x710 #x712 #x72F #x74D #x7A5
      #x7B1 #x7B1 #x7CA #x7EA #x7F4 #x7F5 #x7FA #x7FA #x800 #x815 #x81A #x81A
      #x824 #x824 #x828 #x828 #x840 #x858 #x860 #x86A #x8A0 #x8B4 #x8B6 #x8BD
      #x904 #x939 #x93D #x93D #x950 #x950 #x958 #x961 #x971 #x980 #x985 #x98C
      #x98F #x990 #x993 #x9A8 #x9AA #x9B0 #x9B2 #x9B2 #x9B6 #x9B9 #x9BD #x9BD
      #x9CE #x9CE #x9DC #x9DD #x9DF #x9E1 #x9F0 #x9F1 #x9FC #x9FC #xA05 #xA0A
      #xA0F #xA10 #xA13 #xA28 #xA2A #xA30 #xA32 #xA33 #xA35 #xA36 #xA38 #xA39
      #xA59 #xA5C #xA5E #xA5E #xA72 #xA74 #xA85 #xA8D #xA8F #xA91 #xA93 #xAA8
      #xAAA #xAB0 #xAB2 #xAB3 #xAB5 #xAB9 #xABD #xABD #xAD0 #xAD0 #xAE0 #xAE1
      #xAF9 #xAF9 #xB05 #xB0C #xB0F #xB10 #xB13 #xB28 #xB2A #xB30 #xB32 #xB33
      #xB35 #xB39 #xB3D #xB3D #xB5C #xB5D #xB5F #xB61 #xB71 #xB71 #xB83 #xB83
      #xB85 #xB8A #xB8E #xB90 #xB92 #xB95 #xB99 #xB9A #xB9C #xB9C #xB9E #xB9F
      #xBA3 #xBA4 #xBA8 #xBAA #xBAE #xBB9 #xBD0 #xBD0 #xC05 #xC0C #xC0E #xC10
      #xC12 #xC28 #xC2A #xC39 #xC3D #xC3D #xC58 #xC5A #xC60 #xC61 #xC80 #xC80
      #xC85 #xC8C #xC8E #xC90 #xC92 #xCA8 #xCAA #xCB3 #xCB5 #xCB9 #xCBD #xCBD
      #xCDE #xCDE #xCE0 #xCE1 #xCF1 #xCF2 #xD05 #xD0C #xD0E #xD10 #xD12 #xD3A
      #xD3D #xD3D #xD4E #xD4E #xD54 #xD56 #xD5F #xD61 #xD7A #xD7F #xD85 #xD96
      #xD9A #xDB1 #xDB3 #xDBB #xDBD #xDBD #xDC0 #xDC6 #xE01 #xE30 #xE32 #xE33
      #xE40 #xE46 #xE81 #xE82 #xE84 #xE84 #xE87 #xE88 #xE8A #xE8A #xE8D #xE8D
      #xE94 #xE97 #xE99 #xE9F #xEA1 #xEA3 #xEA5 #xEA5 #xEA7 #xEA7 #xEAA #xEAB
      #xEAD #xEB0 #xEB2 #xEB3 #xEBD #xEBD #xEC0 #xEC4 #xEC6 #xEC6 #xEDC #xEDF
      #xF00 #xF00 #xF40 #xF47 #xF49 #xF6C #xF88 #xF8C #x1000 #x102A #x103F
      #x103F #x1050 #x1055 #x105A #x105D #x1061 #x1061 #x1065 #x1066 #x106E
      #x1070 #x1075 #x1081 #x108E #x108E #x10A0 #x10C5 #x10C7 #x10C7 #x10CD
      #x10CD #x10D0 #x10FA #x10FC #x1248 #x124A #x124D #x1250 #x1256 #x1258
      #x1258 #x125A #x125D #x1260 #x1288 #x128A #x128D #x1290 #x12B0 #x12B2
      #x12B5 #x12B8 #x12BE #x12C0 #x12C0 #x12C2 #x12C5 #x12C8 #x12D6 #x12D8
      #x1310 #x1312 #x1315 #x1318 #x135A #x1380 #x138F #x13A0 #x13F5 #x13F8
      #x13FD #x1401 #x166C #x166F #x167F #x1681 #x169A #x16A0 #x16EA #x16F1
      #x16F8 #x1700 #x170C #x170E #x1711 #x1720 #x1731 #x1740 #x1751 #x1760
      #x176C #x176E #x1770 #x1780 #x17B3 #x17D7 #x17D7 #x17DC #x17DC #x1820
      #x1877 #x1880 #x1884 #x1887 #x18A8 #x18AA #x18AA #x18B0 #x18F5 #x1900
      #x191E #x1950 #x196D #x1970 #x1974 #x1980 #x19AB #x19B0 #x19C9 #x1A00
      #x1A16 #x1A20 #x1A54 #x1AA7 #x1AA7 #x1B05 #x1B33 #x1B45 #x1B4B #x1B83
      #x1BA0 #x1BAE #x1BAF #x1BBA #x1BE5 #x1C00 #x1C23 #x1C4D #x1C4F #x1C5A
      #x1C7D #x1C80 #x1C88 #x1CE9 #x1CEC #x1CEE #x1CF1 #x1CF5 #x1CF6 #x1D00
      #x1DBF #x1E00 #x1F15 #x1F18 #x1F1D #x1F20 #x1F45 #x1F48 #x1F4D #x1F50
      #x1F57 #x1F59 #x1F59 #x1F5B #x1F5B #x1F5D #x1F5D #x1F5F #x1F7D #x1F80
      #x1FB4 #x1FB6 #x1FBC #x1FBE #x1FBE #x1FC2 #x1FC4 #x1FC6 #x1FCC #x1FD0
      #x1FD3 #x1FD6 #x1FDB #x1FE0 #x1FEC #x1FF2 #x1FF4 #x1FF6 #x1FFC #x2071
      #x2071 #x207F #x207F #x2090 #x209C #x2102 #x2102 #x2107 #x2107 #x210A
      #x2113 #x2115 #x2115 #x2119 #x211D #x2124 #x2124 #x2126 #x2126 #x2128
      #x2128 #x212A #x212D #x212F #x2139 #x213C #x213F #x2145 #x2149 #x214E
      #x214E #x2183 #x2184 #x2C00 #x2C2E #x2C30 #x2C5E #x2C60 #x2CE4 #x2CEB
      #x2CEE #x2CF2 #x2CF3 #x2D00 #x2D25 #x2D27 #x2D27 #x2D2D #x2D2D #x2D30
      #x2D67 #x2D6F #x2D6F #x2D80 #x2D96 #x2DA0 #x2DA6 #x2DA8 #x2DAE #x2DB0
      #x2DB6 #x2DB8 #x2DBE #x2DC0 #x2DC6 #x2DC8 #x2DCE #x2DD0 #x2DD6 #x2DD8
      #x2DDE #x2E2F #x2E2F #x3005 #x3006 #x3031 #x3035 #x303B #x303C #x3041
      #x3096 #x309D #x309F #x30A1 #x30FA #x30FC #x30FF #x3105 #x312E #x3131
      #x318E #x31A0 #x31BA #x31F0 #x31FF #x3400 #x4DB5 #x4E00 #x9FEA #xA000
      #xA48C #xA4D0 #xA4FD #xA500 #xA60C #xA610 #xA61F #xA62A #xA62B #xA640
      #xA66E #xA67F #xA69D #xA6A0 #xA6E5 #xA717 #xA71F #xA722 #xA788 #xA78B
      #xA7AE #xA7B0 #xA7B7 #xA7F7 #xA801 #xA803 #xA805 #xA807 #xA80A #xA80C
      #xA822 #xA840 #xA873 #xA882 #xA8B3 #xA8F2 #xA8F7 #xA8FB #xA8FB #xA8FD
      #xA8FD #xA90A #xA925 #xA930 #xA946 #xA960 #xA97C #xA984 #xA9B2 #xA9CF
      #xA9CF #xA9E0 #xA9E4 #xA9E6 #xA9EF #xA9FA #xA9FE #xAA00 #xAA28 #xAA40
      #xAA42 #xAA44 #xAA4B #xAA60 #xAA76 #xAA7A #xAA7A #xAA7E #xAAAF #xAAB1
      #xAAB1 #xAAB5 #xAAB6 #xAAB9 #xAABD #xAAC0 #xAAC0 #xAAC2 #xAAC2 #xAADB
      #xAADD #xAAE0 #xAAEA #xAAF2 #xAAF4 #xAB01 #xAB06 #xAB09 #xAB0E #xAB11
      #xAB16 #xAB20 #xAB26 #xAB28 #xAB2E #xAB30 #xAB5A #xAB5C #xAB65 #xAB70
      #xABE2 #xAC00 #xD7A3 #xD7B0 #xD7C6 #xD7CB #xD7FB #xF900 #xFA6D #xFA70
      #xFAD9 #xFB00 #xFB06 #xFB13 #xFB17 #xFB1D #xFB1D #xFB1F #xFB28 #xFB2A
      #xFB36 #xFB38 #xFB3C #xFB3E #xFB3E #xFB40 #xFB41 #xFB43 #xFB44 #xFB46
      #xFBB1 #xFBD3 #xFD3D #xFD50 #xFD8F #xFD92 #xFDC7 #xFDF0 #xFDFB #xFE70
      #xFE74 #xFE76 #xFEFC #xFF21 #xFF3A #xFF41 #xFF5A #xFF66 #xFFBE #xFFC2
      #xFFC7 #xFFCA #xFFCF #xFFD2 #xFFD7 #xFFDA #xFFDC #x10000 #x1000B #x1000D
      #x10026 #x10028 #x1003A #x1003C #x1003D #x1003F #x1004D #x10050 #x1005D
      #x10080 #x100FA #x10280 #x1029C #x102A0 #x102D0 #x10300 #x1031F #x1032D
      #x10340 #x10342 #x10349 #x10350 #x10375 #x10380 #x1039D #x103A0 #x103C3
      #x103C8 #x103CF #x10400 #x1049D #x104B0 #x104D3 #x104D8 #x104FB #x10500
      #x10527 #x10530 #x10563 #x10600 #x10736 #x10740 #x10755 #x10760 #x10767
      #x10800 #x10805 #x10808 #x10808 #x1080A #x10835 #x10837 #x10838 #x1083C
      #x1083C #x1083F #x10855 #x10860 #x10876 #x10880 #x1089E #x108E0 #x108F2
      #x108F4 #x108F5 #x10900 #x10915 #x10920 #x10939 #x10980 #x109B7 #x109BE
      #x109BF #x10A00 #x10A00 #x10A10 #x10A13 #x10A15 #x10A17 #x10A19 #x10A33
      #x10A60 #x10A7C #x10A80 #x10A9C #x10AC0 #x10AC7 #x10AC9 #x10AE4 #x10B00
      #x10B35 #x10B40 #x10B55 #x10B60 #x10B72 #x10B80 #x10B91 #x10C00 #x10C48
      #x10C80 #x10CB2 #x10CC0 #x10CF2 #x11003 #x11037 #x11083 #x110AF #x110D0
      #x110E8 #x11103 #x11126 #x11150 #x11172 #x11176 #x11176 #x11183 #x111B2
      #x111C1 #x111C4 #x111DA #x111DA #x111DC #x111DC #x11200 #x11211 #x11213
      #x1122B #x11280 #x11286 #x11288 #x11288 #x1128A #x1128D #x1128F #x1129D
      #x1129F #x112A8 #x112B0 #x112DE #x11305 #x1130C #x1130F #x11310 #x11313
      #x11328 #x1132A #x11330 #x11332 #x11333 #x11335 #x11339 #x1133D #x1133D
      #x11350 #x11350 #x1135D #x11361 #x11400 #x11434 #x11447 #x1144A #x11480
      #x114AF #x114C4 #x114C5 #x114C7 #x114C7 #x11580 #x115AE #x115D8 #x115DB
      #x11600 #x1162F #x11644 #x11644 #x11680 #x116AA #x11700 #x11719 #x118A0
      #x118DF #x118FF #x118FF #x11A00 #x11A00 #x11A0B #x11A32 #x11A3A #x11A3A
      #x11A50 #x11A50 #x11A5C #x11A83 #x11A86 #x11A89 #x11AC0 #x11AF8 #x11C00
      #x11C08 #x11C0A #x11C2E #x11C40 #x11C40 #x11C72 #x11C8F #x11D00 #x11D06
      #x11D08 #x11D09 #x11D0B #x11D30 #x11D46 #x11D46 #x12000 #x12399 #x12480
      #x12543 #x13000 #x1342E #x14400 #x14646 #x16800 #x16A38 #x16A40 #x16A5E
      #x16AD0 #x16AED #x16B00 #x16B2F #x16B40 #x16B43 #x16B63 #x16B77 #x16B7D
      #x16B8F #x16F00 #x16F44 #x16F50 #x16F50 #x16F93 #x16F9F #x16FE0 #x16FE1
      #x17000 #x187EC #x18800 #x18AF2 #x1B000 #x1B11E #x1B170 #x1B2FB #x1BC00
      #x1BC6A #x1BC70 #x1BC7C #x1BC80 #x1BC88 #x1BC90 #x1BC99 #x1D400 #x1D454
      #x1D456 #x1D49C #x1D49E #x1D49F #x1D4A2 #x1D4A2 #x1D4A5 #x1D4A6 #x1D4A9
      #x1D4AC #x1D4AE #x1D4B9 #x1D4BB #x1D4BB #x1D4BD #x1D4C3 #x1D4C5 #x1D505
      #x1D507 #x1D50A #x1D50D #x1D514 #x1D516 #x1D51C #x1D51E #x1D539 #x1D53B
      #x1D53E #x1D540 #x1D544 #x1D546 #x1D546 #x1D54A #x1D550 #x1D552 #x1D6A5
      #x1D6A8 #x1D6C0 #x1D6C2 #x1D6DA #x1D6DC #x1D6FA #x1D6FC #x1D714 #x1D716
      #x1D734 #x1D736 #x1D74E #x1D750 #x1D76E #x1D770 #x1D788 #x1D78A #x1D7A8
      #x1D7AA #x1D7C2 #x1D7C4 #x1D7CB #x1E800 #x1E8C4 #x1E900 #x1E943 #x1EE00
      #x1EE03 #x1EE05 #x1EE1F #x1EE21 #x1EE22 #x1EE24 #x1EE24 #x1EE27 #x1EE27
      #x1EE29 #x1EE32 #x1EE34 #x1EE37 #x1EE39 #x1EE39 #x1EE3B #x1EE3B #x1EE42
      #x1EE42 #x1EE47 #x1EE47 #x1EE49 #x1EE49 #x1EE4B #x1EE4B #x1EE4D #x1EE4F
      #x1EE51 #x1EE52 #x1EE54 #x1EE54 #x1EE57 #x1EE57 #x1EE59 #x1EE59 #x1EE5B
      #x1EE5B #x1EE5D #x1EE5D #x1EE5F #x1EE5F #x1EE61 #x1EE62 #x1EE64 #x1EE64
      #x1EE67 #x1EE6A #x1EE6C #x1EE72 #x1EE74 #x1EE77 #x1EE79 #x1EE7C #x1EE7E
      #x1EE7E #x1EE80 #x1EE89 #x1EE8B #x1EE9B #x1EEA1 #x1EEA3 #x1EEA5 #x1EEA9
      #x1EEAB #x1EEBB #x20000 #x2A6D6 #x2A700 #x2B734 #x2B740 #x2B81D #x2B820
      #x2CEA1 #x2CEB0 #x2EBE0 #x2F800 #x2FA1D))
