#include "experiments/experiment_merge.h"

#include <stdbool.h>
#include <string.h>

static const char *text_of(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

/// Whether an object is about another thing than that of the base.
static bool has_other_id(const cJSON *json, const cJSON *base)
{
    const char *id = text_of(json, "id"), *base_id = text_of(base, "id");
    return id != NULL && base_id != NULL && strcmp(id, base_id) != 0;
}

static const char *label_of(const cJSON *agent)
{
    const char *label = text_of(agent, "label");
    return label == NULL ? text_of(agent, "id") : label;
}

static void extend_object(cJSON *json, cJSON *base, bool is_params);

/// The agent of the base with the same label; NULL when there is none.
static cJSON *find_agent(const cJSON *base, const cJSON *agent)
{
    const char *label = label_of(agent);
    for (cJSON *other = cJSON_IsArray(base) ? base->child : NULL; other != NULL;
         other = other->next) {
        const char *other_label = label_of(other);
        if (label != NULL && other_label != NULL && strcmp(label, other_label) == 0) {
            return other;
        }
    }
    return NULL;
}

/// A value that stands in the file, `below` what stands in the base under the same key, or NULL.
static void extend_value(cJSON *json, cJSON *below, bool is_params)
{
    cJSON nothing = {.type = cJSON_Object};
    if (cJSON_IsObject(json)) {
        extend_object(json, cJSON_IsObject(below) ? below : &nothing, is_params);
    }
}

static void extend_member(cJSON *member, cJSON *below)
{
    if (cJSON_IsArray(member) && strcmp(member->string, "agents") == 0) {
        cJSON *agent = NULL;
        cJSON_ArrayForEach (agent, member) {
            extend_value(agent, find_agent(below, agent), false);
        }
    } else {
        extend_value(member, below, strcmp(member->string, "params") == 0);
    }
}

static void extend_object(cJSON *json, cJSON *base, bool is_params)
{
    cJSON nothing = {.type = cJSON_Object};
    base = !is_params && has_other_id(json, base) ? &nothing : base;
    for (cJSON *member = json->child, *next = NULL; member != NULL; member = next) {
        next = member->next;
        cJSON *below = cJSON_DetachItemFromObjectCaseSensitive(base, member->string);
        if (cJSON_IsNull(member)) {
            cJSON_Delete(cJSON_DetachItemViaPointer(json, member));
        } else if (!is_params) {
            extend_member(member, below);
        }
        cJSON_Delete(below);
    }
    while (base->child != NULL) {
        // as to an array: the member keeps its key, and its address
        cJSON_AddItemToArray(json, cJSON_DetachItemViaPointer(base, base->child));
    }
}

void experiment_extend(cJSON *json, cJSON *base)
{
    if (cJSON_IsObject(json) && cJSON_IsObject(base)) {
        extend_object(json, base, false);
    }
}
