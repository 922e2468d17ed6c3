{#-
    The CTEs that say since when a holder is on every list, for vendors that give no date of assignment: the first
    list of an unbroken run stands for it. Of a holder on the first list of all it is unknown.

    Reads the CTE `listed`: tenant, scope, holder_token, day and snapshot_number (int_seat_snapshot_dates) of each
    list that was taken and has the holder.
    Gives the CTE `runs`: the same rows with `assigned_on`, NULL where unknown.

    usage: {{ unbroken_runs() }},  after the comma of the last CTE
-#}
{% macro unbroken_runs() -%}
{%- set in_run = 'partition by tenant, scope, holder_token, run' -%}
numbered as (
    select
        *,
        snapshot_number - row_number() over (
            partition by tenant, scope, holder_token
            order by day
        ) as run
    from listed
),

runs as (
    select
        *,
        case
            when min(snapshot_number) over ({{ in_run }}) > 1 then min(day) over ({{ in_run }})
        end as assigned_on
    from numbered
)
{%- endmacro %}
