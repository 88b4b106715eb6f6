#include "experiments/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/// Brings the entry of a new directory to the disk, so that a loss of power does not take what is in it.
static void sync_parent(const char *path)
{
    char parent[4096];
    memcpy(parent, path, strlen(path) + 1);
    char *slash = strrchr(parent, '/');
    if (slash != NULL) {
        slash[slash == parent ? 1 : 0] = '\0'; // of "/a" it is "/"
    }
    const int file = open(slash == NULL ? "." : parent, O_RDONLY);
    if (file >= 0) {
        fsync(file);
        close(file);
    }
}

rill_status directory_create(const char *directory, rill_error *error)
{
    char path[4096];
    const size_t length = strlen(directory);
    if (length == 0 || length >= sizeof path - 32) {
        return rill_error_set(error, RILL_INVALID, "", "\"%.60s\" cannot be a directory's name",
                              directory);
    }
    memcpy(path, directory, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        const char separator = path[i];
        path[i] = '\0';
        if (mkdir(path, 0777) == 0) {
            sync_parent(path);
        } else if (errno != EEXIST) {
            return rill_error_set(error, RILL_IO, "", "cannot create the directory %s: %s", path,
                                  strerror(errno));
        }
        path[i] = separator;
    }
    return RILL_OK;
}
