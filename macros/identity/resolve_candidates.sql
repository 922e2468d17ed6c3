{#-
    One person at a time for each identifier, from candidates whose spans overlap.

    On each stretch between two bounds the best candidate counts: lowest candidate_rank, then the
    link that started last. Where two people are equally good the identifier is nobody's, and a
    candidate that is nobody's counts only where there is no other. Where there is no candidate the person before stays, and the first one reaches back: an identifier
    has no time at which it was nobody's only because nothing was observed then.

    candidates: CTE with namespace, id_token, person_token, candidate_rank, started_on,
                valid_from, valid_to
    gives:      namespace, id_token, person_token, valid_from, valid_to (gapless from 1900-01-01 to
                2199-12-31 for each identifier with any candidate)
-#}
{% macro resolve_candidates(candidates) -%}
    select
        namespace,
        id_token,
        person_token,
        case
            when previous_person is null then {{ date_bound('first') }}
            else stretch_from
        end as valid_from,
        coalesce(
            lead(stretch_from) over (partition by namespace, id_token order by stretch_from),
            {{ date_bound('last') }}
        ) as valid_to
    from (
        select
            best_candidates.*,
            lag(person_token) over (
                partition by namespace, id_token order by stretch_from
            ) as previous_person
        from (
            select
                namespace,
                id_token,
                stretch_from,
                case
                    when min(person_token) = max(person_token) then min(person_token)
                    else {{ nobody_token() }}
                end as person_token
            from (
                select
                    bounds.namespace,
                    bounds.id_token,
                    bounds.stretch_from,
                    {{ candidates }}.person_token,
                    dense_rank() over (
                        partition by bounds.namespace, bounds.id_token, bounds.stretch_from
                        order by
                            case when {{ candidates }}.person_token = {{ nobody_token() }} then 1 else 0 end asc,
                            {{ candidates }}.candidate_rank asc,
                            {{ candidates }}.started_on desc
                    ) as candidate_order
                from (
                    select namespace, id_token, valid_from as stretch_from
                    from {{ candidates }}
                    union distinct
                    select namespace, id_token, valid_to as stretch_from
                    from {{ candidates }}
                ) as bounds
                inner join {{ candidates }}
                    on bounds.namespace = {{ candidates }}.namespace
                    and bounds.id_token = {{ candidates }}.id_token
                    and bounds.stretch_from >= {{ candidates }}.valid_from
                    and bounds.stretch_from < {{ candidates }}.valid_to
            ) as ordered_candidates
            where candidate_order = 1
            group by namespace, id_token, stretch_from
        ) as best_candidates
    ) as stretches
    where
        previous_person is null
        or previous_person <> person_token
{%- endmacro %}
