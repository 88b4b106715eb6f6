#include "core/registry.h"

void rill_registry_unknown(rill_error *error, const char *what, const char *list, const char *id,
                           const char *const *names)
{
    const char *nearest = rill_nearest_name(id, names);
    if (nearest != NULL) {
        rill_error_set(error, RILL_INVALID, "id", "unknown %s \"%.60s\"; did you mean \"%s\"?",
                       what, id, nearest);
    } else {
        rill_error_set(error, RILL_INVALID, "id",
                       "unknown %s \"%.60s\"; `rill list %s` shows what there is", what, id, list);
    }
}
