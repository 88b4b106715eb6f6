/// The files of experiments/program/templates, built into the program: what `rill new` writes; and
/// experiments/program/experiment.schema.json, the part of the schema that is written by hand.
/// "my_env" or "my_agent" in them stands for the name, "My env" or "My agent" for the title.
#ifndef RILL_PROGRAM_TEMPLATES_H
#define RILL_PROGRAM_TEMPLATES_H

typedef struct file_template {
    const char *name; ///< of the file: "env_grid.c"; NULL ends the list
    const char *text;
} file_template;

extern const file_template templates[];

#endif
