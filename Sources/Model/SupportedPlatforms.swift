// layerverify: the platforms that are supported.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// The first module that is compiled says what is missing, before any other one fails without telling why.
#if !os(Linux) || !canImport(Glibc)
    #error("LayerVerify supports only Linux with glibc: it reads files by system calls of Linux.")
#elseif !_pointerBitWidth(_64)
    #error("LayerVerify supports only platforms of 64 bits: sizes of files are values of Int.")
#endif
