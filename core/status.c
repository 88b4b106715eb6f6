#include <rill/status.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

rill_status rill_error_set(rill_error *error, rill_status status, const char *path,
                           const char *format, ...)
{
    if (error != NULL) {
        error->status = status;
        error->is_of_name = false;
        error->file[0] = '\0';
        error->line = error->column = 0;
        snprintf(error->path, sizeof error->path, "%s", path);
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->message, sizeof error->message, format, arguments);
        va_end(arguments);
    }
    return status;
}

rill_status rill_error_no_memory(rill_error *error)
{
    return rill_error_set(error, RILL_NO_MEMORY, "", "out of memory");
}

rill_status rill_error_prefix(rill_error *error, rill_status status, const char *prefix)
{
    if (error == NULL) {
        return status;
    }
    char rest[sizeof error->path];
    memcpy(rest, error->path, sizeof rest);
    const char *separator = rest[0] == '\0' || rest[0] == '[' || prefix[0] == '\0' ? "" : ".";
    // a path too long to print is cut
    if (snprintf(error->path, sizeof error->path, "%s%s%s", prefix, separator, rest) < 0) {
        error->path[0] = '\0';
    }
    return status;
}

enum { MAX_NAME = 64 };

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

/// How many letters are to be changed, put in, taken out or exchanged with their neighbour, with case ignored
/// (Damerau and Levenshtein); names longer than MAX_NAME are not compared.
static size_t edit_distance(const char *a, const char *b)
{
    size_t n_a = strlen(a);
    size_t n_b = strlen(b);
    if (n_a > MAX_NAME || n_b > MAX_NAME) {
        return SIZE_MAX;
    }
    size_t rows[3][MAX_NAME + 1]; // row i of the table is rows[i % 3]
    for (size_t j = 0; j <= n_b; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= n_a; i++) {
        const size_t *before = rows[(i + 1) % 3], *last = rows[(i - 1) % 3];
        size_t *row = rows[i % 3];
        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            const char x = lower(a[i - 1]);
            const char y = lower(b[j - 1]);
            row[j] = lesser(last[j - 1] + (x != y), lesser(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2])) {
                row[j] = lesser(row[j], before[j - 2] + 1);
            }
        }
    }
    return rows[n_a % 3][n_b];
}

const char *rill_nearest_name(const char *name, const char *const *candidates)
{
    const char *nearest = NULL;
    size_t least = strlen(name) / 2 + 1; // farther away is no typing mistake
    for (size_t i = 0; candidates[i] != NULL; i++) {
        size_t distance = edit_distance(name, candidates[i]);
        if (strstr(candidates[i], name) != NULL && name[0] != '\0') {
            distance = 1; // part of a longer name
        }
        if (distance < least) {
            least = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}
