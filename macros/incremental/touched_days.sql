{#-
    Days that an incremental run has to rebuild: every day of the resources that was fetched since
    the newest `loaded_through` in the model's own table, widened by neighbours on both sides.

    The zone margin: a UTC day lies in two days of a zone that is not UTC, so one more day is
    rebuilt there, and yet one more is read where the column filtered is a UTC day.

    resources:  list of 'source.resource', as in ops.loaded_days
    neighbours: days on either side that depend on a touched day (sessions across midnight: 1 to
                rebuild, 2 to read)
    utc_days:   true when used to read a column of UTC days, false for activity_date
    usage:      select activity_date from ({{ touched_days(resources, 1) }}) as touched_days
-#}
{% macro touched_days(resources, neighbours=0, utc_days=false) -%}
    {%- set zone_margin = 0 if var('reporting_timezone') == 'UTC' else (2 if utc_days else 1) -%}
    {%- set margin = neighbours + zone_margin -%}
    select distinct {{ add_days('loaded_days.day', 'day_offsets.n - ' ~ margin) }} as activity_date
    from {{ ref('stg_ops__loaded_days') }} as loaded_days
    cross join ({{ integer_series(2 * margin + 1) }}) as day_offsets
    where
        loaded_days.status in ('ok', 'empty')
        and ({{ is_of_resources(resources, 'loaded_days') }})
        and loaded_days.fetched_at > (
            select coalesce(
                max(built.loaded_through), cast('1900-01-01' as {{ dbt.type_timestamp() }})
            )
            from {{ this }} as built
        )
{%- endmacro %}

{#-
    Condition that keeps the rows of the touched days.

    The days are read while the model compiles and written as literals: an engine pushes literals
    through a view's windows and aggregates down to the table, but not a subquery (measured on 3
    million messages: 0.01 against 0.63 CPU seconds). Without a warehouse to ask (a unit test, an
    offline compile) the subquery stands there instead and means the same.

    usage: {% if is_incremental() %}
           where {{ touched_days_filter('message_date', resources, 2, utc_days=true) }}
           {% endif %}
-#}
{% macro touched_days_filter(column, resources, neighbours=0, utc_days=false) -%}
    {%- set days_query = touched_days(resources, neighbours, utc_days) -%}
    {%- if not execute or model.resource_type == 'unit_test' or not flags.INTROSPECT -%}
        {{ column }} in (select touched_days.activity_date from ({{ days_query }}) as touched_days)
    {%- else -%}
        {%- set days = touched_days_list(resources, neighbours, utc_days) -%}
        {%- if days | length == 0 -%}
            1 = 0
        {%- else -%}
            {{ column }} between cast('{{ days[0] }}' as date) and cast('{{ days[-1] }}' as date)
            and {{ column }} in (
                {%- for day in days -%}
                cast('{{ day }}' as date){{ ', ' if not loop.last }}
                {%- endfor -%}
            )
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- The same days in order, asked while the model compiles; see touched_days. -#}
{% macro touched_days_list(resources, neighbours=0, utc_days=false) -%}
    {%- set days_query = touched_days(resources, neighbours, utc_days) -%}
    {{- return(run_query(days_query ~ ' order by 1').columns[0].values()) -}}
{%- endmacro %}

{#-
    The newest fetch that this build knows of: the value of the watermark column `loaded_through`.

    usage: {{ loaded_through(resources) }} as loaded_through
-#}
{% macro loaded_through(resources) -%}
    (
        select coalesce(
            max(loaded_days.fetched_at), cast('1900-01-01' as {{ dbt.type_timestamp() }})
        )
        from {{ ref('stg_ops__loaded_days') }} as loaded_days
        where
            loaded_days.status in ('ok', 'empty')
            and ({{ is_of_resources(resources, 'loaded_days') }})
    )
{%- endmacro %}

{% macro is_of_resources(resources, relation) -%}
    {%- for resource in resources -%}
        {%- set parts = resource.split('.') -%}
        {%- if parts | length != 2 -%}
            {{ exceptions.raise_compiler_error("'" ~ resource ~ "' is not 'source.resource'") }}
        {%- endif -%}
        {{ ' or ' if not loop.first -}}
        ({{ relation }}.source = '{{ parts[0] }}' and {{ relation }}.resource = '{{ parts[1] }}')
    {%- endfor -%}
{%- endmacro %}
