{#-
    A mart of use: the masked figures of one kind of period, each headline metric beside its value
    14 weeks before. The comparison is NULL unless the unit is the same set of departments, both figures
    are shown and the earlier period is complete; a change also needs the later one to be complete.

    period_type:   `week` or `month`
    period_column: its name in the mart
    complete:      name of the flag that the period is over and every source final
    usage:         {{ compared_use('week', 'week_start', 'is_complete_week') }}, then CTE `compared`
-#}
{% macro compared_use(period_type, period_column, complete) -%}
{%- set shown = usage_columns() | selectattr('is_shown') | list -%}
{%- set compared = shown | selectattr('is_compared') | map(attribute='name') | list -%}
unit_use as (
    select * from {{ ref('unit_use') }}
    where period_type = '{{ period_type }}'
),

compared as (
    select
        unit_use.unit_key as department_key,
        unit_use.unit_name as department_name,
        unit_use.tool,
        unit_use.period_start as {{ period_column }},
        unit_use.period_end,
        unit_use.department_set,
        cast(unit_use.headcount as {{ dbt.type_bigint() }}) as headcount,
        {%- for column in shown %}
        unit_use.{{ column.name }},
        {%- endfor %}
        {%- for name in compared %}
        earlier.{{ name }} as {{ name }}_14_weeks_ago,
        case when unit_use.is_complete then unit_use.{{ name }} - earlier.{{ name }} end
            as {{ name }}_change,
        {%- endfor %}
        unit_use.tools_included,
        unit_use.message_tools_included,
        unit_use.session_tools_included,
        unit_use.prompt_tools_included,
        unit_use.model_tools_included,
        unit_use.sources_missing,
        unit_use.period_state,
        unit_use.is_complete as {{ complete }},
        unit_use.is_suppressed
    from unit_use
    left join unit_use as earlier
        on
            unit_use.compared_start = earlier.period_start
            and unit_use.unit_key = earlier.unit_key
            and unit_use.department_set = earlier.department_set
            and unit_use.tool = earlier.tool
            and earlier.is_complete
)
{%- endmacro %}


{#- The columns of `compared` that come from the registry, in the marts' order. -#}
{% macro compared_use_columns(prefix='') -%}
    {%- set shown = usage_columns() | selectattr('is_shown') | list -%}
    {%- for column in shown %}
        {{ prefix }}{{ column.name }},
    {%- endfor %}
    {%- for column in shown if column.is_compared %}
        {{ prefix }}{{ column.name }}_14_weeks_ago,
        {{ prefix }}{{ column.name }}_change,
    {%- endfor %}
{%- endmacro %}
