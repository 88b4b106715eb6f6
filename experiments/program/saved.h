/// Saved agents, wherever a command's argument says they are.
#ifndef RILL_PROGRAM_SAVED_H
#define RILL_PROGRAM_SAVED_H

#include <rill/recorder.h>
#include <rill/saved_agent.h>

enum { SAVED_FIRST_RUN = -1 }; ///< nobody has said which

/// Which saved agent.
typedef struct saved_choice {
    const char *path; ///< a result directory, or the file of an agent
    const char
        *label;  ///< of a directory: this variant, or the first of this agent; NULL: the first
    int64_t run; ///< of a directory; SAVED_FIRST_RUN: run 0
} saved_choice;

/// Whether it is in a file of its own.
bool saved_is_file(const saved_choice *choice);

/// Finds the bytes of an agent's file, (size) of `malloc`. Of a directory, `record` is the run that it was
/// learned in; of a file it is zero. Clear it also after an error. RILL_INVALID (no such agent or run; it was not
/// kept; a file, and label or run), RILL_IO, RILL_NO_MEMORY.
rill_status saved_find(const saved_choice *choice, void **bytes, size_t *size, rill_run *record,
                       rill_error *error);

#endif
