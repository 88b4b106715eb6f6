/// The program `rill`: its commands, and what they share.
#ifndef RILL_PROGRAM_H
#define RILL_PROGRAM_H

#include <rill/rill.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Exit codes; scripts rely on them.
enum {
    EXIT_DONE = 0,
    EXIT_CHECK_FAILED = 1, ///< a check or a run failed
    EXIT_USAGE = 2,        ///< bad usage or configuration
    EXIT_INTERRUPTED = 3,  ///< stopped, can be resumed
    EXIT_IO = 4,
};

typedef enum option_kind {
    OPTION_FLAG,     ///< bool
    OPTION_TEXT,     ///< const char *
    OPTION_INTEGER,  ///< int64_t within [min, max]
    OPTION_REAL,     ///< double within [min, max]
    OPTION_REPEATED, ///< option_list: given any number of times
} option_kind;

/// The texts of a repeated option, ending with NULL.
typedef struct option_list {
    const char **items;
    size_t count;
} option_list;

/// One option of a command. A table ends with a NULL name. `--help` prints it.
typedef struct option {
    const char *name; ///< "--runs"
    option_kind kind;
    void *target;
    const char *value; ///< what its value is called in the help: "N"; NULL for flags
    const char *doc;
    double min, max; ///< of numbers
} option;

/// One command: the whole of its help, and what it does.
typedef struct command {
    const char *name;
    const char *arguments; ///< "FILE.json", "[NAME]...", or ""
    const char *summary;   ///< one line
    const char *help;      ///< a paragraph and examples
    /// `argv[0]` is the command's name. Answers an exit code.
    int (*run)(const struct command *self, int argc, char **argv);
} command;

/// Reads options wherever they stand, moves the other arguments to the front of `argv` (after
/// argv[0]) and answers their number; -1 after --help, -2 after an error (both printed).
/// Repeated options borrow from argv; free with `options_release`.
int options_read(const command *self, const option *options, int argc, char **argv);
void options_release(const option *options);

/// Exit code for what `options_read` answered below 0.
int options_exit_code(int answer);

/// As `rill_env_create`; an assignment "name=@file" sets a parameter of text rows to the lines of a
/// file. RILL_IO as well.
rill_status create_env(rill_env **env, const char *id, const char *const *assignments,
                       rill_error *error);

/// Prints "rill: <context>: <path>: <message>" on stderr, one line, and answers the exit code that
/// goes with the error's status. `context` (a file or command) may be NULL.
int fail(const char *context, const rill_error *error);

/// The same for a message of one's own; answers EXIT_USAGE.
int fail_usage(const command *self, const char *format, ...) RILL_PRINTF(2, 3);

/// Flushes stdout; EXIT_DONE, or EXIT_IO (with a message) when some of it was lost.
int finish_output(void);

extern const command command_run, command_watch, command_verify, command_summary, command_compare,
    command_plot, command_export, command_export_policy, command_evaluate, command_rerun,
    command_merge, command_list, command_describe, command_schema, command_solve, command_rollout,
    command_estimators, command_statistics, command_bench, command_check_env, command_new;

#endif
