{#-
    `loaded_at_query` of every raw table: the moment at which what was read of it last was due to be final.

    The data's own time: the end of the last day that was read for every connected tenant (of the table's fetch window
    where it has one, since a quiet day leaves no row; the last good load where rows belong to no day), put off
    by the days in which the vendor still restates it. Both come from what the pipeline recorded, `ops.loaded_days`
    and `ops.resources`, so no source's delay is written down twice. With the var `stale_after_days` as the limit
    `dbt source freshness` calls a table late exactly when `source_status` finds its data late. What is not
    connected or was never asked for is not late: its moment is now.

    Moments are naive, in the reporting zone, in which a day ends.

    usage: loaded_at_query: "{{ read_through(model) }}"
-#}
{% macro read_through(node) -%}
    with resource_asked as (
        select
            grain,
            fetch_window,
            finality_lag_days
        from {{ source('ops', 'resources') }}
        where source = '{{ node.source_name }}' and resource = '{{ node.name }}'
    ),

    resource_read as (
        select
            resource_asked.grain,
            resource_asked.fetch_window,
            coalesce(windows.finality_lag_days, resource_asked.finality_lag_days, 0) as finality_lag_days
        from resource_asked
        left join {{ source('ops', 'resources') }} as windows
            on
                windows.source = '{{ node.source_name }}'
                and resource_asked.fetch_window = windows.resource
    ),

    tenants as (
        select
            loaded_days.tenant,
            max(case when loaded_days.status <> 'pending' then loaded_days.day end) as data_through
        from {{ source('ops', 'loaded_days') }} as loaded_days
        inner join resource_read
            on loaded_days.resource = coalesce(resource_read.fetch_window, '{{ node.name }}')
        where loaded_days.source = '{{ node.source_name }}'
        group by loaded_days.tenant
    ),

    source_nights as (
        select
            source_runs.tenant,
            source_runs.run_id,
            source_runs.is_connected,
            max(case when source_runs.status = 'ok' then runs.as_of end)
                over (partition by source_runs.tenant) as last_success_at,
            first_value(source_runs.run_id)
                over (order by source_runs.started_at desc, source_runs.run_id desc) as newest_run_id,
            row_number() over (
                partition by source_runs.tenant
                order by source_runs.started_at desc, source_runs.run_id desc
            ) as recency
        from {{ source('ops', 'source_runs') }} as source_runs
        inner join {{ source('ops', 'runs') }} as runs
            on source_runs.run_id = runs.run_id
        where source_runs.source = '{{ node.source_name }}'
    ),

    newest_night as (
        select
            {{ dbt.bool_or('is_connected') }} as is_connected,
            coalesce(
                min(case when is_connected then last_success_at end), max(last_success_at)
            ) as last_success_at
        from source_nights
        where run_id = newest_run_id
    ),

    days_read as (
        select
            coalesce(
                min(case when coalesce(source_nights.is_connected, true) then tenants.data_through end),
                min(tenants.data_through)
            ) as data_through
        from tenants
        left join source_nights
            on tenants.tenant = source_nights.tenant and source_nights.recency = 1
    ),

    reach as (
        select
            newest_night.is_connected,
            resource_read.finality_lag_days,
            case
                when resource_read.grain = 'event' and resource_read.fetch_window is null
                    then coalesce(days_read.data_through, {{ reporting_date('newest_night.last_success_at') }})
                else days_read.data_through
            end as data_through
        from resource_read
        cross join newest_night
        cross join days_read
    )

    select
        coalesce(
            max(
                case
                    when is_connected
                        then cast({{ add_days('data_through', '(finality_lag_days + 1)') }} as {{ dbt.type_timestamp() }})
                end
            ),
            {{ freshness_clock() }}
        )
    from reach
{%- endmacro %}

{#-
    Now, for `dbt source freshness`: the logical now of the night that asks (AI_USAGE_AS_OF, naive UTC; the demo and
    the tests live in another time than the machine), else the wall clock of the invocation. As a naive moment in the
    reporting zone.
-#}
{% macro freshness_clock() -%}
    {%- set utc_now = env_var('AI_USAGE_AS_OF', '') or run_started_at.strftime('%Y-%m-%d %H:%M:%S') -%}
    {{ reporting_timestamp("cast('" ~ utc_now ~ "' as " ~ dbt.type_timestamp() ~ ")") }}
{%- endmacro %}

{#- dbt's own, but for the clock: dbt asks the engine what time it is, in the session's zone. -#}
{% macro collect_freshness_custom_sql(source, loaded_at_query) %}
    {% call statement('collect_freshness_custom_sql', fetch_result=True, auto_begin=False) -%}
        select
            ({{ loaded_at_query }}) as max_loaded_at,
            {{ freshness_clock() }} as snapshotted_at
    {%- endcall %}
    {{ return(load_result('collect_freshness_custom_sql')) }}
{% endmacro %}
