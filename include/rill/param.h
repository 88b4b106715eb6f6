/// Parameter tables: the one place where a parameter of an environment, agent, feature map or
/// policy exists. Defaults, validation, JSON, `rill describe`, sweeps and the schema all read it.
#ifndef RILL_PARAM_H
#define RILL_PARAM_H

#include <rill/schedule.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum rill_param_kind {
    RILL_PARAM_BOOL,     ///< bool
    RILL_PARAM_INTEGER,  ///< int64_t
    RILL_PARAM_REAL,     ///< double
    RILL_PARAM_CHOICE,   ///< int: position in `choices`
    RILL_PARAM_SCHEDULE, ///< rill_schedule: a number in JSON, or an object
    RILL_PARAM_ROWS,     ///< char *: lines of text joined by '\n'; NULL when empty
    RILL_PARAM_INTEGERS, ///< rill_list of whole numbers
    RILL_PARAM_REALS,    ///< rill_list
} rill_param_kind;

/// A list of numbers owned by the block of parameters that holds it.
typedef struct rill_list {
    double *values; ///< (count); NULL when empty
    int32_t count;
} rill_list;

/// One row of a parameter table. A table ends with a row whose name is NULL (`RILL_PARAM_END`).
typedef struct rill_param {
    const char *name;
    rill_param_kind kind;
    size_t offset;              ///< of the field in the parameter struct
    const char *default_text;   ///< as one would type it: "0.1", "true", "0,0,1", "S..,..G"
    double min, max;            ///< allowed range, both inclusive; of each element of a list
    const char *const *choices; ///< RILL_PARAM_CHOICE: allowed words, ending with NULL
    const char *doc;            ///< one line, with the unit where there is one
} rill_param;

// clang-format off
/// Rows of a table. `type` is the parameter struct, `field` its member of the kind's C type.
#define RILL_PARAM_ROW(type, field, kind, value, low, high, words, text) \
    {#field, kind, offsetof(type, field), value, low, high, words, text}
/// A row whose name is not that of a member, or whose member lies deeper.
#define RILL_PARAM_ROW_NAMED(name, kind, offset, value, low, high, words, text) \
    {name, kind, offset, value, low, high, words, text}
#define RILL_BOOL(type, field, value, text) \
    RILL_PARAM_ROW(type, field, RILL_PARAM_BOOL, value, 0, 1, NULL, text)
#define RILL_INTEGER(type, field, value, low, high, text) \
    RILL_PARAM_ROW(type, field, RILL_PARAM_INTEGER, value, low, high, NULL, text)
#define RILL_REAL(type, field, value, low, high, text) \
    RILL_PARAM_ROW(type, field, RILL_PARAM_REAL, value, low, high, NULL, text)
#define RILL_CHOICE(type, field, value, words, text) \
    RILL_PARAM_ROW(type, field, RILL_PARAM_CHOICE, value, 0, 0, words, text)
#define RILL_RATE(type, field, value, low, high, text) \
    RILL_PARAM_ROW(type, field, RILL_PARAM_SCHEDULE, value, low, high, NULL, text)
#define RILL_ROWS(type, field, value, text) \
    RILL_PARAM_ROW(type, field, RILL_PARAM_ROWS, value, 0, 0, NULL, text)
#define RILL_INTEGERS(type, field, value, low, high, text) \
    RILL_PARAM_ROW(type, field, RILL_PARAM_INTEGERS, value, low, high, NULL, text)
#define RILL_REALS(type, field, value, low, high, text) \
    RILL_PARAM_ROW(type, field, RILL_PARAM_REALS, value, low, high, NULL, text)
#define RILL_PARAM_END {NULL, RILL_PARAM_BOOL, 0, NULL, 0, 0, NULL, NULL}
// clang-format on

/// A zeroed block of `size` bytes with every parameter at its default; NULL without memory.
/// `size` is that of the parameter struct; the caller frees with `rill_params_destroy`.
RILL_API void *rill_params_create(const rill_param *table, size_t size);

/// Frees a block and the lists and rows in it. NULL is fine.
RILL_API void rill_params_destroy(const rill_param *table, void *params);

/// A copy of a block, lists and rows included; fields that the table does not know are zero in it.
/// NULL without memory.
RILL_API void *rill_params_clone(const rill_param *table, size_t size, const void *params);

/// The row called `name`; NULL and an error naming the nearest one when there is none.
RILL_API const rill_param *rill_param_find(const rill_param *table, const char *name,
                                           rill_error *error);

/// Setters, by kind; each checks kind and range, and on failure leaves the block as it was.
/// BOOL takes 0 and 1; SCHEDULE takes a number as a constant.
RILL_API rill_status rill_param_set_number(const rill_param *param, void *params, double value,
                                           rill_error *error);
RILL_API rill_status rill_param_set_schedule(const rill_param *param, void *params,
                                             const rill_schedule *schedule, rill_error *error);
/// CHOICE: the word. ROWS: the lines, joined by '\n' (copied).
RILL_API rill_status rill_param_set_text(const rill_param *param, void *params, const char *text,
                                         rill_error *error);
RILL_API rill_status rill_param_set_list(const rill_param *param, void *params,
                                         const double *values, int32_t count, rill_error *error);

/// Sets a parameter from text as typed on a command line: a number, a word, or a list or rows
/// separated by commas.
RILL_API rill_status rill_param_parse(const rill_param *param, void *params, const char *text,
                                      rill_error *error);

/// As `rill_param_parse`, for an assignment "name=value".
RILL_API rill_status rill_params_assign(const rill_param *table, void *params,
                                        const char *assignment, rill_error *error);

/// What a kind is called in messages and in `rill describe` ("number", "list of whole numbers").
RILL_API const char *rill_param_kind_name(rill_param_kind kind);

#ifdef __cplusplus
}
#endif
#endif
