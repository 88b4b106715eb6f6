/// Reading JSON with errors that name the place: a thin layer over cJSON.
#ifndef RILL_EXPERIMENTS_JSON_H
#define RILL_EXPERIMENTS_JSON_H

#include <cjson/cJSON.h>
#include <rill/param.h>
#include <rill/status.h>
#include <stdbool.h>
#include <stdint.h>

/// A whole file as text, ending with 0; RILL_IO, RILL_NO_MEMORY. Free with `free`.
rill_status json_read_file(const char *path, char **text, rill_error *error);

/// RILL_INVALID with line and column of the first character that cannot stand there.
rill_status json_find_mistake(const char *text, rill_error *error);

/// Parses text; RILL_INVALID with line and column, and with the path of a key that stands twice.
rill_status json_parse(const char *text, cJSON **json, rill_error *error);

/// What a value is, in words ("a number", "an object").
const char *json_kind(const cJSON *json);

/// The value itself where it is short ("\"ten\"", "10"), else what it is; to `text`, which is
/// answered.
const char *json_describe(const cJSON *json, char *text, size_t size);

/// Whether it is a number that stands in quotes by mistake.
bool json_is_quoted_number(const cJSON *json);

/// A number for writing, in the fewest digits that read back as the same bits; null where it is not
/// finite. (cJSON's own numbers may come back different in the last bit.)
cJSON *json_number(double value);
cJSON *json_numbers(const double *values, size_t n);
/// A tree of arrays and objects as text, with such numbers. NULL without memory; free with `free`.
char *json_print(const cJSON *json);
/// The same over several lines, for people.
char *json_print_lines(const cJSON *json);
/// A value for tables and labels: a number with so many digits, a text as it is, anything else as JSON. Of what
/// is longer than `size` - 1 the beginning and a hash, so that it can still be told from others.
void json_write_short(const cJSON *json, int digits, char *text, size_t size);

/// RILL_INVALID when it is no object, or has a key that is not in `keys` (NULL at the end), with the
/// nearest one.
rill_status json_check_keys(const cJSON *object, const char *const *keys, rill_error *error);

/// Members by key. A member that is missing leaves `value` as it is, unless it is required.
rill_status json_get_text(const cJSON *object, const char *key, bool is_required,
                          const char **value, rill_error *error);
rill_status json_get_integer(const cJSON *object, const char *key, bool is_required, int64_t min,
                             int64_t max, int64_t *value, rill_error *error);
rill_status json_get_real(const cJSON *object, const char *key, bool is_required, double min,
                          double max, double *value, rill_error *error);
/// `value` is NULL when missing.
rill_status json_get_object(const cJSON *object, const char *key, bool is_required,
                            const cJSON **value, rill_error *error);
rill_status json_get_array(const cJSON *object, const char *key, bool is_required,
                           const cJSON **value, rill_error *error);

/// {"id": ..., "params": {...}} and what else is in `keys`: the id, which may be missing where it is not
/// NULL before, and the object or NULL.
rill_status json_read_part(const cJSON *json, const char *const *keys, const char **id,
                           const cJSON **params, rill_error *error);

/// A block of parameters with the values of an object (NULL: all defaults), on top of `assignments`
/// (of a preset; may be NULL). The caller owns the block.
rill_status json_read_params(const cJSON *object, const rill_param *table, size_t size,
                             const char *const *assignments, void **params, rill_error *error);

/// A block as an object with every parameter in it; NULL without memory.
cJSON *json_write_params(const rill_param *table, const void *params);

/// Rows of text from a file, as `rill_param_set_text` takes them. RILL_IO, RILL_INVALID (no text),
/// RILL_NO_MEMORY. Free with `free`.
rill_status json_read_rows(const char *path, char **text, rill_error *error);

/// Puts the text of the file in place of each {"file": "path"} among the values under "params" and "sweep",
/// anywhere in the tree. Paths are relative to `directory` ("": to the process's own).
rill_status json_insert_files(cJSON *json, const char *directory, rill_error *error);

/// Puts a value, which it takes over, at a path of a tree: members by name, elements by [i]. Missing
/// members are created.
rill_status json_set(cJSON *root, const char *path, cJSON *value, rill_error *error);

/// Applies "path=value" to a tree: as `json_set`. Values are JSON; what is not JSON is
/// taken as text.
rill_status json_override(cJSON *root, const char *assignment, rill_error *error);

#endif
