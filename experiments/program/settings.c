#include "experiments/program/settings.h"

#include "experiments/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What is behind the brackets of an agent; the whole path of an environment's.
static const char *without_agent(const char *path)
{
    const char *bracket = strncmp(path, "agents[", 7) == 0 ? strstr(path, "].") : NULL;
    return bracket == NULL ? path : bracket + 1;
}

static void add_columns(settings_columns *columns, const cJSON *settings)
{
    const cJSON *setting = NULL;
    cJSON_ArrayForEach (setting, settings) {
        const char *path = without_agent(setting->string);
        int i = 0;
        while (i < columns->n && strcmp(columns->paths[i], path) != 0) {
            i++;
        }
        if (i == columns->n && i < SETTINGS_MAX_COLUMNS) {
            snprintf(columns->paths[columns->n++], sizeof columns->paths[0], "%s", path);
        }
    }
}

/// Longer names where the short ones of two columns would be the same.
static void name_columns(settings_columns *columns)
{
    enum { MAX_MEMBERS = 4 };
    for (int i = 0; i < columns->n; i++) {
        bool is_alone = false;
        for (int n = 1; n <= MAX_MEMBERS && !is_alone; n++) {
            is_alone = true;
            sweep_name(columns->paths[i], n, columns->names[i]);
            for (int j = 0; j < columns->n; j++) {
                char other[SETTINGS_NAME_SIZE];
                sweep_name(columns->paths[j], n, other);
                is_alone = is_alone && (j == i || strcmp(other, columns->names[i]) != 0);
            }
        }
    }
}

bool settings_read(settings_columns *columns, const rill_store_variant *variants, int32_t n)
{
    *columns = (settings_columns){.n_variants = n};
    columns->settings = calloc((size_t)n + 1, sizeof(cJSON *));
    for (int32_t i = 0; i < n && columns->settings != NULL; i++) {
        columns->settings[i] = cJSON_Parse(variants[i].settings);
        add_columns(columns, columns->settings[i]);
        columns->has_agents =
            columns->has_agents || strcmp(variants[i].agent_label, variants[0].agent_label) != 0;
    }
    name_columns(columns);
    return columns->settings != NULL;
}

void settings_clear(settings_columns *columns)
{
    for (int32_t i = 0; i < columns->n_variants && columns->settings != NULL; i++) {
        cJSON_Delete(columns->settings[i]);
    }
    free(columns->settings);
}

void settings_write(const settings_columns *columns, int32_t variant, int column, int digits,
                    char *text, size_t size)
{
    const cJSON *setting = NULL;
    text[0] = '\0';
    cJSON_ArrayForEach (setting, columns->settings[variant]) {
        if (strcmp(without_agent(setting->string), columns->paths[column]) != 0) {
            continue;
        }
        json_write_short(setting, digits, text, size);
        return;
    }
}
