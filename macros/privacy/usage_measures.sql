{#-
    Every measure of use of a unit, tool and period, and how it is masked. One list for all marts of
    use: a measure that stands in several marts is computed once and masked once, so that no mart
    gives back what another hides.

    name:      column; in contribution tables what one person adds (people: 0 or 1)
    kind:      `people` (a count of persons) or `total` (dominance applies)
    additive:  whether the figure of `all` tools is the sum over tools
    gives:     capability column `gives_<…>` of tool_periods; without it the figure is NULL
    tie:       measures that are the same number or nearly so; hidden together, see hide_ties()
    part:      measures that add up to one of them, the one with part_total
    group:     what is hidden as a whole when a line cannot be resolved
-#}
{% macro usage_measures() -%}
    {%- set people = [
        measure('active_people', 'active', kind='people', tie='active', group='activity'),
        measure('session_people', 'sessions', kind='people', tie='active', group='denominators'),
        measure('message_people', 'messages', kind='people', tie='active', group='denominators'),
        measure('licensed_people', 'licences', kind='people', tie='licensed', group='licensed'),
        measure('licensed_active_people', 'licences', kind='people', tie='active', group='activity'),
    ] -%}
    {{ return(people + activity_measures() + token_measures()) }}
{%- endmacro %}


{#- Counts that no table shows and that readers must not come near: those really behind the denominators of all
    tools, see with_few_others(). Columns of person_tool_periods. -#}
{% macro unshown_measures() -%}
    {{ return([
        measure('session_users', 'sessions', kind='people', group='denominators'),
        measure('message_users', 'messages', kind='people', group='denominators'),
    ]) }}
{%- endmacro %}


{#- Measures that add up over people, accounts and tools. -#}
{% macro activity_measures() -%}
    {{ return([
        measure('user_messages', 'messages', tie='messages', group='messages'),
        measure('session_messages', 'sessions', tie='messages', group='messages'),
        measure('measured_messages', 'prompts', tie='messages', group='messages',
                part='prompt_length', part_total=true),
        measure('short_prompts', 'prompts', group='messages', part='prompt_length'),
        measure('medium_prompts', 'prompts', group='messages', part='prompt_length'),
        measure('long_prompts', 'prompts', group='messages', part='prompt_length'),
        measure('prompt_chars', 'prompts'),
        measure('sessions', 'sessions', group='sessions'),
        measure('known_model_sessions', 'models', tie='sessions', group='sessions',
                part='session_tier', part_total=true),
        measure('advanced_sessions', 'models', group='sessions', part='session_tier'),
        measure('other_sessions', 'models', group='sessions', part='session_tier'),
        measure('suggestions_shown', 'suggestions'),
        measure('suggestions_accepted', 'suggestions'),
    ]) }}
{%- endmacro %}


{#- The disjoint token buckets and credits. `total_tokens` is not among them: it is shown where every
    bucket is. -#}
{% macro token_measures() -%}
    {%- set measures = [] -%}
    {%- for bucket in token_buckets() + ['credits'] -%}
        {%- do measures.append(measure(bucket, bucket)) -%}
    {%- endfor -%}
    {{ return(measures) }}
{%- endmacro %}


{#- Accounts without a person: their number, and the measures that are told of them. Messages inside
    sessions and models of sessions are kept for people only. -#}
{% macro account_measures() -%}
    {%- set measures = [measure('accounts', 'active', kind='people', additive=true)] -%}
    {%- for measure in activity_measures() + token_measures() -%}
        {%- if measure.gives != 'models' and measure.name != 'session_messages' -%}
            {%- do measures.append(measure) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(measures) }}
{%- endmacro %}


{#- Stages of adoption of those who hold a seat at the end of the week, each within the one before. -#}
{% macro adoption_stages() -%}
    {{ return(['assigned', 'first_use', 'repeat_use', 'habitual', 'deep']) }}
{%- endmacro %}


{% macro stage_measures() -%}
    {%- set measures = [] -%}
    {%- for stage in adoption_stages() -%}
        {%- do measures.append(measure(stage, 'licences', kind='people', tie='licensed',
                                       group='licensed' if loop.first else 'stages')) -%}
    {%- endfor -%}
    {{ return(measures) }}
{%- endmacro %}


{#- Power users of a month, and what they and all other active people wrote and consumed. -#}
{% macro power_measures() -%}
    {{ return([
        measure('power_people', 'messages', kind='people', group='power_users'),
        measure('sender_messages', 'messages', additive=false, tie='messages', group='messages',
                part='power_messages', part_total=true),
        measure('power_messages', 'messages', additive=false, group='power_users', part='power_messages'),
        measure('other_messages', 'messages', additive=false, group='power_users', part='power_messages'),
        measure('sender_tokens', 'messages', additive=false, group='power_users',
                part='power_tokens', part_total=true),
        measure('power_tokens', 'messages', additive=false, group='power_users', part='power_tokens'),
        measure('other_tokens', 'messages', additive=false, group='power_users', part='power_tokens'),
    ]) }}
{%- endmacro %}


{#- What `gives_<…>` columns there are. -#}
{% macro usage_capabilities() -%}
    {{ return(['active', 'messages', 'prompts', 'sessions', 'models', 'suggestions', 'licences']
        + token_buckets() + ['credits']) }}
{%- endmacro %}


{#- Metrics that a source may give in one period and not in another: sources come and go. -#}
{% macro period_metrics() -%}
    {{ return([
        'active_people', 'user_messages', 'sessions', 'prompt_chars_mean', 'advanced_session_ratio',
        'acceptance_ratio',
    ] + token_buckets() + ['credits']) }}
{%- endmacro %}


{% macro measure(name, gives, kind='total', additive=none, tie=none, part=none, part_total=false,
                 group=none) -%}
    {{ return({
        'name': name,
        'gives': gives,
        'kind': kind,
        'additive': (kind == 'total') if additive is none else additive,
        'tie': tie or name,
        'part': part,
        'part_total': part_total,
        'group': group or tie or name,
    }) }}
{%- endmacro %}


{#- Use of a model family: sessions, turns or interactions, whichever the tool gives. -#}
{% macro model_measures() -%}
    {{ return([measure('model_use', 'models', additive=false, part='model_family', group='sessions')]) }}
{%- endmacro %}
