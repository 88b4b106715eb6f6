#include "experiments/program/output_json.h"

#include <stdlib.h>

/// Prints a text and a line's end, and frees it.
static rill_status print(char *text, FILE *stream, rill_error *error)
{
    if (text == NULL) {
        return rill_error_no_memory(error);
    }
    fprintf(stream, "%s\n", text);
    free(text);
    return RILL_OK;
}

rill_status output_json(cJSON *json, rill_error *error)
{
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    return print(text, stdout, error);
}

rill_status output_json_line(cJSON *json, FILE *stream, rill_error *error)
{
    char *text = cJSON_PrintUnformatted(json);
    cJSON_Delete(json);
    return print(text, stream, error);
}
