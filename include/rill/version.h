/// The version of the library: of the headers, at compile time, and of what is linked, at run time.
#ifndef RILL_VERSION_H
#define RILL_VERSION_H

#include <rill/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RILL_VERSION_MAJOR 0
#define RILL_VERSION_MINOR 1
#define RILL_VERSION_PATCH 0
#define RILL_VERSION "0.1.0"

/// RILL_VERSION of the library that the program runs with.
RILL_API const char *rill_version(void);

#ifdef __cplusplus
}
#endif
#endif
