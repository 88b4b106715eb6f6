/// What a sweep set, as columns of tables: one for each parameter, whichever agent has it.
#ifndef RILL_PROGRAM_SETTINGS_H
#define RILL_PROGRAM_SETTINGS_H

#include <cjson/cJSON.h>
#include <rill/store.h>
#include <stdbool.h>
#include <stdint.h>

enum { SETTINGS_MAX_COLUMNS = 12, SETTINGS_NAME_SIZE = 48 };

typedef struct settings_columns {
    char paths[SETTINGS_MAX_COLUMNS][128]; ///< without the agent: ".policy.params.epsilon"
    char names[SETTINGS_MAX_COLUMNS]
              [SETTINGS_NAME_SIZE]; ///< as short as tells them apart: "epsilon"
    int n;
    cJSON **settings; ///< (n_variants)
    int32_t n_variants;
    bool has_agents; ///< there are variants of several agents
} settings_columns;

/// False without memory. Free with `settings_clear`.
bool settings_read(settings_columns *columns, const rill_store_variant *variants, int32_t n);
void settings_clear(settings_columns *columns);

/// The value of a variant in a column as text, with so many digits; "" where it has none.
void settings_write(const settings_columns *columns, int32_t variant, int column, int digits,
                    char *text, size_t size);

#endif
