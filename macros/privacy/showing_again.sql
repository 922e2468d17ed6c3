{#-
    One pass that shows again what nothing needs: figures that were hidden for the sake of others, where every line
    is still closed without them. Passes that hide one more figure see one kind of line at a time, so what an
    earlier one hid is often needless once a later one has hidden something else.

    Figures of a unit that are the same number are shown again together or not at all; a line gives up the figures of
    one such group in a pass, so that no two rely on each other. Figures of the company come first, then those of
    all tools, then those of most people.

    What is hidden for its own sake stays hidden, and so do its equal figures, months that would tell a week, groups
    that could not be closed, and what the linear audit asked for, which comes after this.
-#}
{% macro show_again(relation) -%}
    {%- set tie = 'over (partition by period_type, period_start, unit_key, tie_group)' %}
    select
        {{ cell_columns() | join(',\n        ') }},
        case when is_freed = 1 then cast(null as {{ dbt.type_string() }}) else hidden_reason end as hidden_reason
    from (
        select
            *,
            case
                when is_loose = 1
                    and min(case when is_loose = 1 then is_first end) {{ tie }} = 1
                    then 1
                else 0
            end as is_freed
        from (
            select
                *,
                case
                    when is_needless = 1
                    {%- for line in cell_lines() %}
                    and (
                        not {{ line.member }}
                        or group_rank = min(case when is_needless = 1 then group_rank end) over (
                            partition by {{ line.key | join(', ') }}, {{ line.member }}
                        )
                    )
                    {%- endfor %}
                        then 1
                    else 0
                end as is_first
            from (
                select
                    *,
                    case
                        when is_loose = 1 and min(case when is_loose = 1 then is_spare end) {{ tie }} = 1 then 1
                        else 0
                    end as is_needless,
                    dense_rank() over (
                        partition by period_type, period_start
                        order by is_of_company desc, is_of_all_tools desc, group_people desc, unit_key, tie_group
                    ) as group_rank
                from (
                    select
                        *,
                        case
                            {%- for line in cell_lines() %}
                            when {{ line.member }} and {{ is_line_open(line, line.name ~ '_') }} then 0
                            {%- endfor %}
                            else 1
                        end as is_spare,
                        case when unit_key = 'all' then 1 else 0 end as is_of_company,
                        max(case when is_loose = 1 and tool = 'all' then 1 else 0 end) {{ tie }} as is_of_all_tools,
                        max(case when is_loose = 1 then contributors end) {{ tie }} as group_people
                    from (
                        select
                            *,
                            {%- for line in cell_lines() %}
                            {{ line_columns_without_group(line, line.name ~ '_') }}
                            {{- ',' if not loop.last }}
                            {%- endfor %}
                        from (
{{ loose_cells(relation) }}
                        ) as loose
                    ) as lines_without
                ) as spare
            ) as ranked
        ) as first_groups
    ) as groups_of_figures
{%- endmacro %}


{#- The cells with `is_loose`: 1 where only other figures, which may be shown again with it, ask for hiding. -#}
{% macro loose_cells(relation) -%}
    {%- set reasons = "('secondary_unit', 'secondary_tool', 'secondary_part', 'same_figure')" %}
    {%- set tie = 'over (partition by period_type, period_start, unit_key, tie_group)' %}
    select
        *,
        case
            when hidden_reason is null or is_kept = 1 then 0
            when kind = 'people' and value <= max(case when is_kept = 1 and kind = 'people' then value end) {{ tie }}
                then 0
            when kind = 'total' and max(is_kept) {{ tie }} = 1 then 0
            else 1
        end as is_loose
    from (
        select
            *,
            case
                when hidden_reason is null then 0
                when hidden_reason not in {{ reasons }} then 1
                when
                    kind = 'people'
                    and part_item <> ''
                    and max(case when measure = 'seat_holders' and hidden_reason is not null then 1 else 0 end) over (
                        partition by period_type, period_start, unit_key, tool, item
                    ) = 1
                    then 1
                when
                    measure in ('{{ within_active_people() | join("', '") }}')
                    and max(case when measure = 'active_people' and hidden_reason is not null then 1 else 0 end) over (
                        partition by period_type, period_start, unit_key, tool
                    ) = 1
                    then 1
                else 0
            end as is_kept
        from {{ relation }}
    ) as kept
{%- endmacro %}


{#- line_columns() as they would be with the loose figures of the row's group shown again. -#}
{% macro line_columns_without_group(line, prefix) -%}
    {%- set of_line = 'over (partition by ' ~ line.key | join(', ') ~ ', ' ~ line.member ~ ')' -%}
    {%- set of_group -%}
        over (partition by {{ line.key | join(', ') }}, {{ line.member }}, unit_key, tie_group)
    {%- endset -%}
            {{ sum_without('1', of_line, of_group) }} as {{ prefix }}hidden,
            count(*) {{ of_line }} as {{ prefix }}cells,
            {{ sum_without('case when ' ~ line.total ~ ' then 1 else 0 end', of_line, of_group) }} as {{ prefix }}total_hidden,
            {{ sum_without('value - ' ~ known_least(), of_line, of_group) }} as {{ prefix }}spread,
            max(
                {{ protected_room() }}
            ) {{ of_line }} as {{ prefix }}needed,
            {%- if line.has_others %}
            {{ sum_without('coalesce(others, 0) - ' ~ known_least_others(), of_line, of_group) }} as {{ prefix }}others_spread,
            max(case when hidden_reason = 'few_others' then {{ suppression_k() - 1 }} end) {{ of_line }}
                as {{ prefix }}others_needed,
            {%- endif %}
            {% if line.people == 'max' -%}
            -- The most people of one of them, as far as k matters.
            case
                when kind = 'people' then {{ sum_without('contributors', of_line, of_group) }}
                when {{ sum_without('case when contributors >= ' ~ suppression_k() ~ ' then 1 else 0 end', of_line, of_group) }} > 0
                    then {{ suppression_k() }}
                else 0
            end
            {%- else -%}
            {{ sum_without('contributors', of_line, of_group) }}
            {%- endif %} as {{ prefix }}people
{%- endmacro %}


{#- What the hidden members of a line add up to without the loose ones of the row's group. -#}
{% macro sum_without(expression, of_line, of_group) -%}
    sum(case when hidden_reason is not null then {{ expression }} else 0 end) {{ of_line }}
            - sum(case when is_loose = 1 then {{ expression }} else 0 end) {{ of_group }}
{%- endmacro %}
