/// A parameter table, described.
#ifndef RILL_PROGRAM_DESCRIBE_PARAMS_H
#define RILL_PROGRAM_DESCRIBE_PARAMS_H

#include <cjson/cJSON.h>
#include <rill/param.h>

/// Prints a line for each parameter, under headings, or that there are none (NULL is an empty table).
void print_params(const rill_param *table);

/// Adds the rows to an object, as an array "params", with the values of a block as the defaults: those of a
/// preset differ.
void add_params(cJSON *object, const rill_param *table, const void *params);

/// Adds an array of texts (ends with NULL); an empty one for NULL.
void add_texts(cJSON *object, const char *key, const char *const *texts);

#endif
