#include "experiments/directory.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

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
        if (mkdir(path, 0777) != 0 && errno != EEXIST) {
            return rill_error_set(error, RILL_IO, "", "cannot create the directory %s: %s", path,
                                  strerror(errno));
        }
        path[i] = separator;
    }
    return RILL_OK;
}
