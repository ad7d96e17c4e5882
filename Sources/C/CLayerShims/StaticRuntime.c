// layerverify: what a fully static program needs that others do not.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

// Only scripts/package defines this, for the program in the packages.
#ifdef LAYERVERIFY_STATIC_EXECUTABLE

#include <stddef.h>
#include <stdint.h>

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

// The configuration file of OpenSSL can name providers to load, as those of hosts in FIPS mode do. They are shared libraries,
// which need the C library of the host next to the one in this program, and such a process crashes. OpenSSL
// therefore must not read the file. The function is not declared by including a header, because only the program in the
// packages links libcrypto into this target.
// Spec: OPENSSL_init_crypto(3), OPENSSL_INIT_NO_LOAD_CONFIG.

int OPENSSL_init_crypto(uint64_t options, const void *settings);

__attribute__((constructor)) static void leave_out_openssl_configuration(void) {
    const uint64_t no_load_config = 0x00000080;
    OPENSSL_init_crypto(no_load_config, NULL);
}

#endif
