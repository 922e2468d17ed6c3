{#-
    Counts of people that lie within one another: who is in the whole and not in the part.

    A reader who sees both counts sees the difference. One to k-1 people who do not do something are
    protected like those who do. A difference of zero tells about everybody, and is shown.
-#}


{#- Where the number of licences gives way to the active people in it: by week, and over all tools. By month the
    licences of a tool are known by their money, which is what the month is read for. -#}
{% macro licences_give_way() -%}
    (period_type = 'week' or tool = 'all')
{%- endmacro %}


{#- Measure -> counts that contain it, where licences give way and where they do not. The part is hidden.
    Who gives up a seat within a week or month is told by the next one anyway, so that a count at its end is
    no part of one over it. -#}
{% macro wholes() -%}
    {%- set before = ['licensed_people', 'headcount'] -%}
    {%- set always = {
        'message_people': ['active_people', 'headcount'],
        'session_people': ['message_people', 'active_people', 'headcount'],
        'message_users': ['active_people', 'headcount'],
        'session_users': ['message_users', 'active_people', 'headcount'],
        'licensed_people': ['headcount'],
        'power_people': ['active_people'],
        'feature_people': ['active_people'],
        'task_people': ['active_people'],
        'day_off_people': ['active_people'],
        'token_people': ['active_people'],
        'uncached_token_people': ['active_people'],
        'seat_holders': ['licensed_people', 'headcount'],
        'seats_active': ['seat_holders', 'active_people', 'licensed_people', 'headcount'],
        'used': ['seats_active'],
    } -%}
    {%- set use_stays = {
        'active_people': ['headcount'], 'licensed_active_people': ['active_people', 'headcount'],
    } -%}
    {%- for stage in adoption_stages() -%}
        {%- do use_stays.update({stage: adoption_stages()[:loop.index0] + ['headcount']}) -%}
    {%- endfor -%}
    {{ return({
        licences_give_way(): dict(always, **use_stays),
        'not ' ~ licences_give_way(): dict(
            always,
            active_people=before,
            licensed_active_people=['active_people'] + before,
        ),
    }) }}
{%- endmacro %}


{#- Measure -> counts within it that stay shown where licences give way; here the whole is hidden. Nobody but a
    few uses a tool without a licence, so that active people count as if they were within. -#}
{% macro shown_parts() -%}
    {%- set parts = ['licensed_active_people', 'active_people'] -%}
    {{ return({'licensed_people': parts, 'assigned': parts, 'first_use': parts}) }}
{%- endmacro %}


{#- Columns of every count that is a whole or a shown part, on each cell of the same unit, tool and period;
    seats by product. -#}
{% macro whole_columns() -%}
    {%- set of_tool = ['active_people', 'message_people', 'message_users', 'licensed_people', 'licensed_active_people']
        + adoption_stages()[:-1] -%}
    {%- set window -%}
        over (partition by period_type, period_start, unit_key, tool
    {%- endset -%}
        {%- for name in of_tool %}
        max(case when measure = '{{ name }}' then value end) {{ window }}) as whole_{{ name }},
        {%- endfor %}
        {%- for name in ['seat_holders', 'seats_active'] %}
        max(case when measure = '{{ name }}' then value end) {{ window }}, item) as whole_{{ name }},
        {%- endfor %}
        cast(headcount as {{ type_money() }}) as whole_headcount,
        min(case when reached_by_cache_reads > 0 then reached_by_cache_reads end) {{ window }})
            as fewest_by_cache_reads
{%- endmacro %}


{#- People who reach a tier of tokens, or a higher one, by their cache reads alone: on cells of both sets of tiers, at
    the tier of the cell. Two shown sets tell them, added up from the highest tier down. -#}
{% macro reached_by_cache_reads() -%}
    {%- set is_tier = "tied.measure in ('tier_people', 'uncached_tier_people')" -%}
    sum(
            case tied.measure
                when 'tier_people' then tied.value
                when 'uncached_tier_people' then -tied.value
            end
        ) over (
            partition by tied.period_type, tied.period_start, tied.unit_key, tied.tool, {{ is_tier }}
            order by case when {{ is_tier }} then tied.item end desc
            range between unbounded preceding and current row
        ) as reached_by_cache_reads
{%- endmacro %}


{#- The fewest people, other than none, who are in one of the wholes and not in the cell; 0 where all are in
    it, NULL where no whole is known. Expects whole_columns(). -#}
{% macro others() -%}
    {%- set none_found = 1000000000 -%}
    cast(
            case
                when measure = 'uncached_tier_people' then coalesce(fewest_by_cache_reads, 0)
                {%- for condition, measures in wholes().items() %}
                {%- for measure, names in measures.items() %}
                when
                    {{ condition }}
                    and measure = '{{ measure }}'
                    and coalesce({% for name in names %}whole_{{ name }}{{ ', ' if not loop.last }}{% endfor %}, 0) > 0
                    then mod(least(
                        {%- for name in names %}
                        case when whole_{{ name }} > value then whole_{{ name }} - value else {{ none_found }} end,
                        {%- endfor %}
                        {{ none_found }}
                    ), {{ none_found }})
                {%- endfor %}
                {%- endfor %}
            end as {{ dbt.type_bigint() }}
        )
{%- endmacro %}


{#- The fewest people, other than none, of the cell who are not in one of its shown parts; 0 where all are,
    NULL where it has none. A part of fewer than k is hidden itself and leaves the rest open, unless the cell
    is so small that nothing else is possible. -#}
{% macro others_inside() -%}
    {%- set none_found = 1000000000 -%}
    cast(
            case
                {%- for measure, parts in shown_parts().items() %}
                when
                    {{ licences_give_way() }}
                    and measure = '{{ measure }}'
                    and coalesce({% for part in parts %}whole_{{ part }}{{ ', ' if not loop.last }}{% endfor %}, 0) > 0
                    then mod(least(
                        {%- for part in parts %}
                        case
                            when
                                value > whole_{{ part }}
                                and (whole_{{ part }} >= {{ suppression_k() }} or value <= {{ suppression_k() }})
                                then value - whole_{{ part }}
                            else {{ none_found }}
                        end,
                        {%- endfor %}
                        {{ none_found }}
                    ), {{ none_found }})
                {%- endfor %}
            end as {{ dbt.type_bigint() }}
        )
{%- endmacro %}
