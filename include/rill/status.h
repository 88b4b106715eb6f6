/// Statuses, errors and the export macro: every other header starts here.
#ifndef RILL_STATUS_H
#define RILL_STATUS_H

#include <stdbool.h>

#if defined(__GNUC__) || defined(__clang__)
#define RILL_API __attribute__((visibility("default")))
#define RILL_PRINTF(format_index, first_index) \
    __attribute__((format(printf, format_index, first_index)))
/// For a body that is compiled once for each of a few constant arguments; left to itself gcc keeps one
/// copy that tests them.
#define RILL_ALWAYS_INLINE __attribute__((always_inline)) inline
#else
#define RILL_API
#define RILL_PRINTF(format_index, first_index)
#define RILL_ALWAYS_INLINE inline
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// Outcome of a set-up call. Negative is an error.
typedef enum rill_status {
    RILL_OK = 0,
    RILL_INVALID = -1,     ///< bad argument, parameter or configuration
    RILL_NO_MEMORY = -2,   ///< an allocation failed
    RILL_IO = -3,          ///< a file or database could not be read or written
    RILL_FAILED = -4,      ///< a computation has no answer (say, no finite value exists)
    RILL_INTERRUPTED = -5, ///< stopped on request; what was finished is kept
} rill_status;

/// What went wrong, for the caller to print. Filled only when a call fails.
typedef struct rill_error {
    rill_status status;
    char path[256];    ///< where in the input, as a JSON path ("agents[0].params.alpha"), or ""
    char message[768]; ///< one line: the offending value, what is allowed, what to do
    bool is_of_name;   ///< it is about the last name of the path, not about the value there
    char file[256];    ///< that the path and the line are in; "": the one that the caller named
    int line, column;  ///< counted from 1, columns in characters; 0: not known
} rill_error;

/// Fills `error` (ignored when NULL) and returns `status`, so that a failing call can
/// `return rill_error_set(...)`.
RILL_API rill_status rill_error_set(rill_error *error, rill_status status, const char *path,
                                    const char *format, ...) RILL_PRINTF(4, 5);

/// The same for an allocation that failed, where nothing else is to be said: RILL_NO_MEMORY.
RILL_API rill_status rill_error_no_memory(rill_error *error);

/// Puts `prefix` in front of the error's path ("params" + "alpha" -> "params.alpha") and returns
/// `status`: what a caller does with an error from one level further down.
RILL_API rill_status rill_error_prefix(rill_error *error, rill_status status, const char *prefix);

/// The candidate nearest to `name` by edit distance, for "did you mean"; NULL when none is near.
/// `candidates` ends with NULL.
RILL_API const char *rill_nearest_name(const char *name, const char *const *candidates);

#ifdef __cplusplus
}
#endif
#endif
