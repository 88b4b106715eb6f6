/// The text of an experiment: its file, those that it extends, and what is set in their place.
#ifndef RILL_EXPERIMENTS_EXPERIMENT_FILE_H
#define RILL_EXPERIMENTS_EXPERIMENT_FILE_H

#include "experiments/json.h"
#include "experiments/json_places.h"

enum { EXPERIMENT_MAX_CHAIN = 16 }; // files that extend one another

/// One file.
typedef struct experiment_text {
    char *name;      ///< as opened; "" for a text that is no file
    char *directory; ///< of the files that it names; "": the process's own
    char *text;
} experiment_text;

/// Start from zeros.
typedef struct experiment_file {
    experiment_text texts[EXPERIMENT_MAX_CHAIN]; ///< (n_texts) the file itself first
    int n_texts;
    json_places places;           ///< of all their values
    cJSON *written;               ///< what they say together
    cJSON *root;                  ///< that with the overrides
    const char *const *overrides; ///< borrowed; NULL: none
} experiment_file;

/// Reads a file or, with a `text`, that in its place. Clear `file` after an error too, which is placed.
/// RILL_INVALID, RILL_IO, RILL_NO_MEMORY.
rill_status experiment_file_read(experiment_file *file, const char *path, const char *text,
                                 const char *const *overrides, rill_error *error);
void experiment_file_clear(experiment_file *file);

/// Says of an error in `root` in which file, line and column it is, or that it was set in their place;
/// and where a key that is unknown there belongs. Answers its status.
rill_status experiment_file_place(const experiment_file *file, rill_status status,
                                  rill_error *error);

#endif
