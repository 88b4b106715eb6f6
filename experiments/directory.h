/// Directories.
#ifndef RILL_EXPERIMENTS_DIRECTORY_H
#define RILL_EXPERIMENTS_DIRECTORY_H

#include <rill/status.h>

/// Creates a directory and those above it, where they are not there. RILL_INVALID, RILL_IO.
rill_status directory_create(const char *path, rill_error *error);

#endif
