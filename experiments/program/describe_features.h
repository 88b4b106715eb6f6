/// `rill describe FEATURES --env ID`: what a feature map makes of the observations of an environment.
#ifndef RILL_PROGRAM_DESCRIBE_FEATURES_H
#define RILL_PROGRAM_DESCRIBE_FEATURES_H

#include <cjson/cJSON.h>
#include <rill/env.h>
#include <rill/features.h>

/// Fits a map with parameters "name=value" (ending with NULL; NULL: none) to the observations of an
/// environment, which must outlive it. Free with `rill_features_destroy`, also after an error, which
/// names the parameter that is wrong.
rill_status fit_features(rill_features *features, const rill_features_type *type,
                         const rill_env *env, const char *const *assignments, rill_error *error);

/// Size, active features and step sizes, a line each.
void print_fit(const rill_features *features, const char *env_id);

/// The same as members of an object.
void add_fit(cJSON *object, const rill_features *features, const char *env_id);

#endif
