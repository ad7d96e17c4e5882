// layerverify: what a fully static program needs of its own, to start where /proc is not mounted.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Only scripts/package defines this, for the program in the packages.
#ifdef LAYERVERIFY_STATIC_EXECUTABLE

#include <stddef.h>

// Before main the Swift runtime searches for the program that prints a backtrace after a crash (swift-backtrace), in
// folders around the file of the process. If /proc/self/exe cannot be read, as in a chroot without /proc, the runtime aborts
// ("Unable to obtain Swift runtime path"), although without that program it only turns backtraces off. The packages
// do not contain it. These definitions replace those of libswiftCore.a (stdlib/public/runtime/Paths.cpp), whose object
// the linker then leaves out. Each returns NULL, which means that there is no such path.

const char *swift_getRootPath(void);
const char *swift_getRuntimeLibraryPath(void);
char *swift_copyAuxiliaryExecutablePath(const char *name);

const char *swift_getRootPath(void) { return NULL; }

const char *swift_getRuntimeLibraryPath(void) { return NULL; }

char *swift_copyAuxiliaryExecutablePath(const char *name) {
    (void)name;
    return NULL;
}

#endif
