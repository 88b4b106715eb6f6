/// JSON as output.
#ifndef RILL_PROGRAM_OUTPUT_JSON_H
#define RILL_PROGRAM_OUTPUT_JSON_H

#include <cjson/cJSON.h>
#include <rill/status.h>
#include <stdio.h>

/// Prints a tree over several lines, indented, and deletes it. RILL_NO_MEMORY, also where it is NULL.
rill_status output_json(cJSON *json, rill_error *error);

/// The same in one line, to a stream.
rill_status output_json_line(cJSON *json, FILE *stream, rill_error *error);

#endif
