{#- Money by tool and cost basis (the item); see usage_measures(). Each basis is hidden apart. -#}
{% macro cost_measures() -%}
    {{ return([
        measure('cost', 'cost', group='cost'),
        measure('metered_tokens', 'cost', group='metered_tokens', part='pricing', part_total=true),
        measure('unpriced_tokens', 'cost', group='metered_tokens', part='pricing'),
        measure('priced_tokens', 'cost', group='metered_tokens', part='pricing'),
    ]) }}
{%- endmacro %}


{#-
    Seats by product (the item). Cost is the sum of three parts, so that what is exposed cannot be computed
    from a hidden part; seat-days are cost at another scale, and both are holders at a third.

    Holders are the sum of the same three parts, each tied to its money, and each is the sum of its classes.
    The second sum needs a cell of its own, `<part>_classes`: a cell stands in one line of parts only.
-#}
{% macro seat_measures() -%}
    {%- set measures = [
        measure('seat_holders', 'licences', kind='people', tie='licensed', group='licensed',
                part='holder_part', part_total=true),
        measure('seats_active', 'licences', kind='people', tie='active', group='activity'),
        measure('seats_at_end', 'licences', kind='people', group='seats_at_end'),
        measure('seat_days', 'licences', tie='licensed', group='licensed'),
        measure('seat_cost', 'licences', tie='licensed', group='licensed', part='seat_class', part_total=true),
    ] -%}
    {%- for part in seat_parts() -%}
        {%- do measures.append(measure(part ~ '_cost', 'licences', tie=part, group='seat_classes', part='seat_class')) -%}
        {%- do measures.append(measure(part ~ '_holders', 'licences', kind='people', tie=part, group='seat_classes',
                                       part='holder_part')) -%}
        {%- do measures.append(measure(part ~ '_classes', 'licences', kind='people', tie=part, group='seat_classes',
                                       part=part ~ '_class', part_total=true)) -%}
    {%- endfor -%}
    {%- for class, cost in seat_classes().items() -%}
        {%- do measures.append(measure(class, 'licences', kind='people', group='seat_classes',
                                       part=cost | replace('_cost', '_class'))) -%}
    {%- endfor -%}
    {{ return(measures) }}
{%- endmacro %}


{#- Parts of holders and of their cost. -#}
{% macro seat_parts() -%}
    {{ return(['kept', 'reassignable', 'other_exposure']) }}
{%- endmacro %}


{#- The classes of a part of holders. -#}
{% macro classes_of_part(part) -%}
    {%- set classes = [] -%}
    {%- for class, cost in seat_classes().items() if cost == part ~ '_cost' -%}
        {%- do classes.append(class) -%}
    {%- endfor -%}
    {{ return(classes) }}
{%- endmacro %}


{#- Classes of holders in the order in which the first match wins, and where their cost counts. -#}
{% macro seat_classes() -%}
    {{ return({
        'held_by_leaver': 'reassignable_cost',
        'on_leave': 'other_exposure_cost',
        'in_grace': 'kept_cost',
        'duplicate': 'reassignable_cost',
        'never_used': 'reassignable_cost',
        'dormant': 'reassignable_cost',
        'under_used': 'other_exposure_cost',
        'used': 'kept_cost',
    }) }}
{%- endmacro %}


{#- The class of a holder; expects `holders` and `thresholds`. First match wins. -#}
{% macro seat_class() -%}
    case
            when holders.holder_status = 'left' then 'held_by_leaver'
            when holders.holder_status = 'on_leave' then 'on_leave'
            when
                {{ days_between('cast(holders.assigned_at as date)', 'holders.last_seat_day') }}
                < {{ var('grace_days') }}
                then 'in_grace'
            when holders.is_duplicate then 'duplicate'
            -- Where use was not read from the month's first day on, nothing says that a seat lies idle.
            when not holders.is_use_known then 'used'
            when holders.last_active_day is null then 'never_used'
            when
                {{ days_between('holders.last_active_day', 'holders.last_seat_day') }}
                >= thresholds.dormant_days
                then 'dormant'
            when holders.active_days_held < thresholds.under_used_active_days then 'under_used'
            else 'used'
        end
{%- endmacro %}
