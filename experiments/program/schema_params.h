/// Tables of parameters as JSON Schema.
#ifndef RILL_PROGRAM_SCHEMA_PARAMS_H
#define RILL_PROGRAM_SCHEMA_PARAMS_H

#include <cjson/cJSON.h>
#include <rill/param.h>

/// The schema of an object "params" for a table: kinds, ranges, choices, defaults and documentation.
/// `assignments` (of a preset; may be NULL) change the defaults. NULL without memory.
cJSON *schema_of_params(const rill_param *table, size_t size, const char *const *assignments);

#endif
