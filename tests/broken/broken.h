/// Environments with a fault each, for the checks to find.
#ifndef RILL_TESTS_BROKEN_H
#define RILL_TESTS_BROKEN_H

#include <rill/env.h>

/// A finite world, and one of boxes, with the fault called so ("none": sound). A value of the
/// parameter "fault" of the type answered, which is valid until the next call.
const rill_env_type *broken_path(const char *fault);
const rill_env_type *broken_slider(const char *fault);

#endif
