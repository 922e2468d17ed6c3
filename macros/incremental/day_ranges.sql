{#-
    The body of a model that reads events: written once, on a large full build one for each range of days.

    A year of events through several windows in one piece outgrows memory: the pass over 50 million messages
    under a limit of 1 GB takes twice the processor time of twelve pieces, most of it for spilling. So the body stands
    once for each range, joined by `union all`, which DuckDB runs one part after the other. An increment, a company
    with fewer than `rows_at_once` rows, and every other engine have one range, `none`: the body alone.

    A range keeps its own days and reads the days beside them, as an increment does with the days that it rebuilds,
    so that all ranges together give each row once.

    resource, day: 'source.resource' that the body reads, and its column of days. Its own rows are counted, because
                   ops.loaded_days tells of a day what the last load brought, which for late events are a few

    usage: {% call(days) in_day_ranges('vendor.events', 'event_date') %}
           with … where {{ built_days_filter('event_date', days, resources, 2, utc_days=true) }} …
           {% endcall %}
-#}
{% macro in_day_ranges(resource, day) -%}
    {%- set ranges = adapter.dispatch('day_ranges', 'ai_usage')(resource, day) -%}
    {%- if ranges | length == 1 -%}
        {{ caller(none) }}
    {%- else -%}
        {%- for days in ranges %}
select * from (
{{ caller(days) }}
) as days_{{ loop.index }}
            {{- '\nunion all' if not loop.last }}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#-
    Condition that keeps the days of this part of the build: of an increment its touched days with `neighbours`
    on either side, of a range the same days beyond those that the model keeps (meta.replace_days.neighbours).

    Stands only where there is something to leave out: {% if is_incremental() or days %}.
-#}
{% macro built_days_filter(column, days, resources, neighbours=0, utc_days=false) -%}
    {%- if is_incremental() -%}
        {{ touched_days_filter(column, resources, neighbours, utc_days) }}
    {%- else -%}
        {%- set zone_margin = 1 if utc_days and var('reporting_timezone') != 'UTC' else 0 -%}
        {%- set margin = modules.datetime.timedelta(
            days=neighbours - replace_days_settings()[1] + zone_margin
        ) -%}
        {%- set bounds = [] -%}
        {%- if days.first -%}
            {%- do bounds.append(column ~ " >= cast('" ~ (days.first - margin) ~ "' as date)") -%}
        {%- endif -%}
        {%- if days.last -%}
            {%- do bounds.append(column ~ " <= cast('" ~ (days.last + margin) ~ "' as date)") -%}
        {%- endif -%}
        {{ bounds | join(' and ') }}
    {%- endif -%}
{%- endmacro %}

{% macro default__day_ranges(resource, day) -%}
    {{- return([none]) -}}
{%- endmacro %}

{#- Ranges `{first, last}` of days in order; the outermost are open, so that no day falls out. -#}
{% macro duckdb__day_ranges(resource, day) -%}
    {%- if not execute or not flags.INTROSPECT or model.resource_type == 'unit_test' or is_incremental() -%}
        {{- return([none]) -}}
    {%- endif -%}
    {%- set relation = source(*resource.split('.')) -%}
    {%- if load_relation(relation) is none -%}
        {{- return([none]) -}}
    {%- endif -%}
    {%- set days = run_query(
        'select ' ~ day ~ ', count(*) from ' ~ relation ~ ' where ' ~ day ~ ' is not null group by 1 order by 1'
    ) -%}
    {%- set found = namespace(ranges=[], first=none, rows=0) -%}
    {%- for date, row_count in days.rows -%}
        {%- if found.rows > 0 and found.rows + row_count > var('rows_at_once') -%}
            {%- do found.ranges.append(
                {'first': found.first, 'last': date - modules.datetime.timedelta(days=1)}
            ) -%}
            {%- set found.first = date -%}
            {%- set found.rows = 0 -%}
        {%- endif -%}
        {%- set found.rows = found.rows + row_count -%}
    {%- endfor -%}
    {%- if not found.ranges -%}
        {{- return([none]) -}}
    {%- endif -%}
    {{- return(found.ranges + [{'first': found.first, 'last': none}]) -}}
{%- endmacro %}
