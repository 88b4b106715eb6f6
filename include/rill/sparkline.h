/// Small curves in a line of text. (lab library)
#ifndef RILL_SPARKLINE_H
#define RILL_SPARKLINE_H

#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A character for each of (n) values, from the lowest for the least of them to the highest for the greatest;
/// a blank for one that is not finite. In UTF-8 blocks of one to eight eighths of a line, or, `is_plain`, in
/// ASCII. `text` has room for 3 n + 1 bytes.
RILL_API void rill_sparkline(const double *values, size_t n, bool is_plain, char *text);

#ifdef __cplusplus
}
#endif
#endif
