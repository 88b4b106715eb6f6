/// What an experiment takes from the file that it extends.
#ifndef RILL_EXPERIMENTS_EXPERIMENT_MERGE_H
#define RILL_EXPERIMENTS_EXPERIMENT_MERGE_H

#include <cjson/cJSON.h>

/// Moves from the tree `base` to `json` what `json` does not say itself. Objects merge key by key, null
/// removes a key (RFC 7396), other values replace, arrays as wholes. Three rules are of experiments:
///
///  - an object with another "id" than that of the base takes nothing from it: parameters belong to
///    an id;
///  - the value of a parameter is a whole: one schedule takes nothing from another;
///  - "agents" of the file are those that there are; each takes from that of the base with the same
///    label.
void experiment_extend(cJSON *json, cJSON *base);

#endif
