/// The policy of a saved agent as a C header that depends on nothing: what `rill export-policy` writes.
#ifndef RILL_PROGRAM_POLICY_C_H
#define RILL_PROGRAM_POLICY_C_H

#include <rill/saved_agent.h>
#include <stdio.h>

/// Writes the header; `name` is an identifier, in front of all that it defines. RILL_INVALID says what cannot be
/// exported and what can. RILL_NO_MEMORY; what is written is of no use then.
rill_status policy_c_write(FILE *file, const rill_saved_agent *saved, const char *name,
                           rill_error *error);

/// Whether features of box observations can be written. RILL_INVALID.
rill_status policy_c_check_features(const rill_features *features, rill_error *error);

/// Writes the function NAME_features: the indices of the active features and, unless they are all 1, their values.
/// RILL_NO_MEMORY.
rill_status policy_c_write_features(FILE *file, const rill_features *features, const char *name,
                                    rill_error *error);

/// Writes `static const TYPE NAME_SUFFIX[COUNT] = {...}` for double or int32_t.
void policy_c_write_reals(FILE *file, const char *name, const char *suffix, const double *values,
                          int64_t count);
void policy_c_write_integers(FILE *file, const char *name, const char *suffix,
                             const int32_t *values, int64_t count);

#endif
