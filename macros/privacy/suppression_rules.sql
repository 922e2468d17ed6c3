{#- Fewest contributors of a shown figure: the setting, never below 5. -#}
{% macro suppression_k() -%}
    {{ return([var('suppression_k') | int, 5] | max) }}
{%- endmacro %}


{#-
    Reason for which a cell must be hidden by itself, or NULL.

    What no table shows; few contributors; few others: people of a shown whole who are not in the cell, or
    people in the cell who are not in its shown part (see wholes()). For totals also: one person over half, two over
    three quarters, or the rest so small (under 15 % of the largest) that the second could compute the
    largest closely. Expects the columns of a cell, contributors > 0.
-#}
{% macro primary_reason() -%}
    case
            {%- for family in cell_families() if family.is_never_shown %}
            when measure in ('{{ family.measures | map(attribute='name') | join("', '") }}') then 'never_shown'
            {%- endfor %}
            when contributors < {{ suppression_k() }} then 'few_contributors'
            when others between 1 and {{ suppression_k() - 1 }} then 'few_others'
            when others_inside between 1 and {{ suppression_k() - 1 }} then 'few_others_inside'
            when kind = 'people' then cast(null as {{ dbt.type_string() }})
            when largest * 2 > value then 'one_dominates'
            when (largest + second_largest) * 4 > value * 3 then 'two_dominate'
            when (value - largest - second_largest) * 100 < largest * 15 then 'rest_too_small'
        end
{%- endmacro %}


{#- Reasons for which a cell was hidden for the sake of another one. -#}
{% macro secondary_reasons() -%}
    {{ return(['secondary_unit', 'secondary_tool', 'secondary_part', 'secondary_period',
               'unresolved_line', 'audit']) }}
{%- endmacro %}


{#- The least a reader knows of a hidden cell: no zero, because that would be shown; but zeros of seat classes
    are hidden beside a hidden class. Of a count of people that few people are not the reason to hide, it is
    taken as known that it reaches k: other columns of the row may tell by being shown. -#}
{% macro known_least() -%}
    case
                    when kind = 'people' and contributors >= {{ suppression_k() }} then {{ suppression_k() }}
                    when measure in ('{{ seat_classes() | join("', '") }}') then 0
                    else 1
                end
{%- endmacro %}


{#- The same of the people outside a cell: none, or at least k, where they are not the reason. -#}
{% macro known_least_others() -%}
    case
                    when others >= {{ suppression_k() }} then {{ suppression_k() }}
                    when others > 0 then 1
                    else 0
                end
{%- endmacro %}


{#-
    How much more than the least known of it this hidden cell must be able to be, or NULL for one that
    could be shown by itself.

    Readers know the sum of the hidden cells of a line. A count of few people is safe when it could still
    be k; one that few people are missing from (see shown_parts()), when they could be k. A total is safe
    when it could be larger by twice 15 % of its largest share (and two steps of a count): the rule of
    dominance keeps readers 15 % away from the largest share of a shown figure, and what is certain to be
    so wide at one side needs no room at the other.
-#}
{% macro protected_room() -%}
    case
                    when hidden_reason is null or hidden_reason in ('{{ secondary_reasons() | join("', '") }}')
                        then null
                    when kind = 'people' and contributors < {{ suppression_k() }}
                        then {{ suppression_k() }} - {{ known_least() }}
                    when kind = 'people' and others_inside between 1 and {{ suppression_k() - 1 }}
                        then value - others_inside
                    when kind = 'people' then null
                    when largest * 0.3 > 2 then value + largest * 0.3 - 1
                    else value + 1
                end
{%- endmacro %}


{#-
    Columns about the line of each row, as windows:

    <prefix>hidden         hidden members
    <prefix>cells          members
    <prefix>total_hidden   1 when the sum is hidden: then the others may move with it
    <prefix>spread         what the hidden ones add up to beyond the least known of each
    <prefix>needed         largest protected_room() of the hidden ones
    <prefix>people         persons who stand behind the hidden ones together, at least
    <prefix>others_spread, <prefix>others_needed  the same of the people outside the cells
-#}
{% macro line_columns(line, prefix) -%}
    {%- set window = 'over (partition by ' ~ line.key | join(', ') ~ ', ' ~ line.member ~ ')' -%}
            sum(case when hidden_reason is null then 0 else 1 end) {{ window }} as {{ prefix }}hidden,
            count(*) {{ window }} as {{ prefix }}cells,
            max(case when hidden_reason is not null and {{ line.total }} then 1 else 0 end)
                {{ window }} as {{ prefix }}total_hidden,
            sum(case when hidden_reason is not null then value - {{ known_least() }} end) {{ window }}
                as {{ prefix }}spread,
            max(
                {{ protected_room() }}
            ) {{ window }} as {{ prefix }}needed,
            {%- if line.has_others %}
            sum(
                case
                    when hidden_reason is not null then coalesce(others, 0) - {{ known_least_others() }}
                end
            ) {{ window }} as {{ prefix }}others_spread,
            max(case when hidden_reason = 'few_others' then {{ suppression_k() - 1 }} end) {{ window }}
                as {{ prefix }}others_needed,
            {%- endif %}
            {% if line.people == 'max' -%}
            case
                when kind = 'people'
                    then sum(case when hidden_reason is not null then contributors end) {{ window }}
                else max(case when hidden_reason is not null then contributors end) {{ window }}
            end
            {%- else -%}
            sum(case when hidden_reason is not null then contributors end) {{ window }}
            {%- endif %} as {{ prefix }}people
{%- endmacro %}


{#- Whether the shown members of a line tell too much about its hidden ones: a single one is the
    difference of the others; several together may be too few people or too small a sum, or leave out
    too few. Expects line_columns(). -#}
{% macro is_line_open(line, prefix) -%}
    (
                {{ prefix }}cells > 1
                and (
                    {{ prefix }}hidden = 1
                    or (
                        {{ prefix }}hidden > 1
                        and {{ prefix }}total_hidden = 0
                        and {{ prefix }}needed is not null
                        and (
                            {{ prefix }}people < {{ suppression_k() }}
                            or {{ prefix }}spread < {{ prefix }}needed
                        )
                    )
                    {%- if line.has_others %}
                    or (
                        {{ prefix }}hidden > 1
                        and {{ prefix }}total_hidden = 0
                        and {{ prefix }}others_spread < {{ prefix }}others_needed
                    )
                    {%- endif %}
                )
            )
{%- endmacro %}


{#-
    One pass over one kind of line: where the hidden members do not protect each other, hide one more.

    That one has at least k contributors. Over tools the sum comes first, in parts last (see cell_lines()); then
    members that are large enough, those that cost least (see hiding_costs()), and those of the unit, tool or part
    with the fewest people in the period: all lines that are alike then take the same one, so that the pattern
    closes. Over units what costs least comes first, and the company last among equals. A window instead of a
    join, so that passes chain without repeating their input.
-#}
{% macro hide_second(relation, line) -%}
    select
        {{ cell_columns() | join(',\n        ') }},
        case
            when hidden_reason is not null then hidden_reason
            when
                {{ line.member }}
                and choice = 1
                and contributors >= {{ suppression_k() }}
                and {{ is_line_open(line, 'line_') }}
                then '{{ line.reason }}'
        end as hidden_reason
    from (
        select
            *,
            row_number() over (
                partition by {{ line.key | join(', ') }}, {{ line.member }}
                order by
                    case
                        when hidden_reason is null and contributors >= {{ suppression_k() }} then 0
                        else 1
                    end,
                    {%- if line.name == 'units' %}
                    hiding_cost,
                    {%- endif %}
                    {{ line.rank }},
                    case
                        when line_needed is null or value - {{ known_least() }} >= line_needed - line_spread
                            then 0
                        else 1
                    end,
                    {%- if line.has_others %}
                    case
                        when
                            line_others_needed is null
                            or coalesce(others, 0) - {{ known_least_others() }}
                            >= line_others_needed - line_others_spread
                            then 0
                        else 1
                    end,
                    {%- endif %}
                    {%- if line.name != 'units' %}
                    hiding_cost,
                    {%- endif %}
                    people_of_alike,
                    contributors,
                    unit_key,
                    tool,
                    measure,
                    item
            ) as choice
        from (
            select
                *,
                {{ line_columns(line, 'line_') }},
                sum(contributors) over (
                    partition by period_type, period_start, {{ line.alike | join(', ') }}
                ) as people_of_alike
            from (
{{ hiding_costs(relation) }}
            ) as costs
        ) as lines_around
    ) as members
{%- endmacro %}


{#-
    The cells with `hiding_cost`: what it costs to hide each of them with all figures that are hidden with it because
    they are the same number, or nearly (see hide_ties()).

    A shown figure costs 1, one of the company 2; 1 more for each line that it opens, since that then needs a second
    one, and 1 less for each that it closes.
-#}
{% macro hiding_costs(relation) -%}
    {%- set tie = 'partition by period_type, period_start, unit_key, tie_group' %}
                select
                    *,
                    sum(case when kind = 'total' then own_cost else 0 end) over ({{ tie }})
                    + case
                        when kind = 'people'
                            then sum(case when kind = 'people' then own_cost else 0 end) over (
                                {{ tie }}, kind
                                order by value
                            )
                        else 0
                    end as hiding_cost
                from (
                    select
                        *,
                        case
                            when hidden_reason is not null then 0
                            else
                                case when unit_key = 'all' then 2 else 1 end
                                {%- for line in cell_lines() %}
                                {%- set window -%}
                                    over (partition by {{ line.key | join(', ') }}, {{ line.member }})
                                {%- endset %}
                                + case
                                    when not {{ line.member }} or count(*) {{ window }} = 1 then 0
                                    else
                                        case sum(case when hidden_reason is null then 0 else 1 end) {{ window }}
                                            when 0 then 1
                                            when 1 then -1
                                            else 0
                                        end
                                end
                                {%- endfor %}
                        end as own_cost
                    from {{ relation }}
                ) as own_costs
{%- endmacro %}


{#-
    A month that tells about a week inside it: with the other weeks shown, the week is at most what the
    month leaves over. Where that is too little room, the month is hidden as well. Only where the weeks
    make up no more than the month: people who moved between units count elsewhere.
-#}
{% macro hide_months_of_weeks(relation) -%}
    {%- set window -%}
        over (partition by calendar_month, unit_key, tool, measure, item, kind, is_additive)
    {%- endset -%}
    select
        {{ cell_columns() | join(',\n        ') }},
        case
            when hidden_reason is not null then hidden_reason
            when
                period_type = 'month'
                and kind = 'total'
                and is_additive
                and contributors >= {{ suppression_k() }}
                and value >= week_values
                and value - week_values + hidden_values < week_needed
                then 'secondary_period'
        end as hidden_reason
    from (
        select
            *,
            sum(case when period_type = 'week' then value end) {{ window }} as week_values,
            sum(case when period_type = 'week' and hidden_reason is not null then value - 1 end)
                {{ window }} as hidden_values,
            max(
                case
                    when period_type = 'week'
                        then
                            {{ protected_room() }}
                end
            ) {{ window }} as week_needed
        from (
            select
                *,
                case
                    when period_type = 'month' then period_start
                    when {{ month_start('period_start') }} = {{ month_start(add_days('period_start', 6)) }}
                        then {{ month_start('period_start') }}
                end as calendar_month
            from {{ relation }}
        ) as dated
    ) as weeks_beside
{%- endmacro %}


{#- CTEs of some rounds of passes over units, tools, parts and ties; ends in `last_round`. Ties twice, because
    what one hides may be the same figure as another. -#}
{% macro suppression_rounds(relation, rounds) -%}
{%- set state = namespace(previous=relation) -%}
{%- for round in range(1, rounds + 1) -%}
{%- for line in cell_lines() %}
{{ line.name }}_{{ round }} as (
{{ hide_second(state.previous, line) }}
),
{% set state.previous = line.name ~ '_' ~ round -%}
{%- endfor %}
equals_{{ round }} as (
{{ hide_ties(state.previous) }}
),

{{ 'last_round' if loop.last else 'ties_' ~ round }} as (
{{ hide_ties('equals_' ~ round) }}
)
{{- ',' if not loop.last }}
{% set state.previous = 'ties_' ~ round -%}
{%- endfor -%}
{%- endmacro %}


{#- CTE `open_groups`: mask groups of a period in which a line is still open. -#}
{% macro open_mask_groups(relation) -%}
line_states as (
    select
        *,
        {%- for line in cell_lines() %}
        {{ line_columns(line, line.name ~ '_') }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
),

open_groups as (
    select distinct
        period_type,
        period_start,
        mask_group
    from line_states
    where
        {%- for line in cell_lines() %}
        {{ 'or ' if not loop.first }}(
            {{ line.member }}
            and {{ is_line_open(line, line.name ~ '_') }}
        )
        {%- endfor %}
)
{%- endmacro %}


{#- Counts of people that hidden active people hide. -#}
{% macro within_active_people() -%}
    {{ return(['feature_people', 'task_people', 'day_off_people', 'token_people', 'uncached_token_people']) }}
{%- endmacro %}


{#-
    One pass over ties: figures that are the same number, or nearly.

    A hidden count of people hides the counts of its tie that are no larger, which would be the same number
    or the least that it can be, and all totals, such as the days and the money of its seats. A larger count
    stays: it says nothing but what the hidden one is at most. A hidden total hides the other totals.

    Hidden holders of a seat hide their classes: how many classes there are tells how many holders at least. Hidden
    active people hide the people of their features, tasks and days off and those with tokens: one that all of them
    have would tell how many they are. Of tiers of tokens another one is then hidden, since they add up.
-#}
{% macro hide_ties(relation) -%}
    select
        {{ cell_columns() | join(',\n        ') }},
        case
            when hidden_reason is not null then hidden_reason
            when kind = 'people' and value <= most_hidden_people then 'same_figure'
            when kind = 'total' and hidden_in_tie > 0 then 'same_figure'
            when kind = 'people' and part_item <> '' and are_holders_hidden = 1 then 'same_figure'
            when measure in ('{{ within_active_people() | join("', '") }}') and are_active_hidden = 1
                then 'same_figure'
        end as hidden_reason
    from (
        select
            *,
            {%- set window = 'over (partition by period_type, period_start, unit_key, tie_group)' %}
            sum(case when hidden_reason is null then 0 else 1 end) {{ window }} as hidden_in_tie,
            max(case when hidden_reason is not null and kind = 'people' then value end) {{ window }}
                as most_hidden_people,
            max(case when measure = 'seat_holders' and hidden_reason is not null then 1 else 0 end) over (
                partition by period_type, period_start, unit_key, tool, item
            ) as are_holders_hidden,
            max(case when measure = 'active_people' and hidden_reason is not null then 1 else 0 end) over (
                partition by period_type, period_start, unit_key, tool
            ) as are_active_hidden
        from {{ relation }}
    ) as members
{%- endmacro %}
