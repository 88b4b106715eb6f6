#include "experiments/directory.h"
#include "experiments/program/export_runs.h"

#include <inttypes.h>
#include <rill/tensorboard.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A label as the name of a directory, at most 200 bytes; where that is not the label itself, with the
/// variant's position behind it, which keeps two apart that have become the same.
static void name_directory(const char *label, int32_t variant, char name[224])
{
    snprintf(name, 201, "%s", label);
    for (char *c = name; *c != '\0'; c++) {
        const bool is_odd = *c == '/' || (unsigned char)*c < ' ' || (*c == '.' && c == name);
        *c = is_odd ? '_' : *c;
    }
    if (strcmp(name, label) != 0) {
        const size_t used = strlen(name);
        snprintf(name + used, 224 - used, " (%" PRId32 ")", variant + 1);
    }
}

/// When a point was measured, as far as is known: runs are taken to go on evenly until they finish.
static double wall_time_of(const rill_run *run, const rill_series *series, int64_t position)
{
    const int64_t last = series->unit == RILL_STEPS ? run->steps : run->episodes;
    return run->finished - run->wall_seconds * (1.0 - (double)position / (double)last);
}

rill_status export_tensorboard(const rill_run *run, const char *label, const char *config,
                               const char *out, rill_error *error)
{
    char name[224];
    name_directory(label, run->variant, name);
    const size_t size = strlen(out) + sizeof name + 96;
    char *path = malloc(size);
    if (path == NULL) {
        return rill_error_no_memory(error);
    }
    snprintf(path, size, "%s/%s/run-%" PRId64, out, name, run->run);
    rill_event_file *file = NULL;
    const double began = run->finished - run->wall_seconds;
    rill_status status = directory_create(path, error);
    if (status == RILL_OK) {
        strcat(path, "/events.out.tfevents.rill");
        status = rill_event_file_create(&file, path, began, error);
    }
    free(path);
    if (status != RILL_OK) {
        return status;
    }
    rill_event_file_text(file, "config", 0, began, config);
    for (size_t i = 0; i < run->n_series; i++) {
        const rill_series *series = &run->series[i];
        for (size_t k = 0; k < series->count; k++) {
            const int64_t position = ((int64_t)k + 1) * series->every;
            rill_event_file_scalar(file, series->metric, position,
                                   wall_time_of(run, series, position), series->values[k]);
        }
    }
    return rill_event_file_close(file, error);
}
