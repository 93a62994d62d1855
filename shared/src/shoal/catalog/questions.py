"""Questions that a labelling manager or an engineer on call asks, with the PromQL that answers each."""

QUESTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "Throughput and backlog": (
        (
            "How many labels an hour does each campaign accept?",
            'sum by (project, campaign) (rate(shoal_qa_labels_total{state="accepted"}[1h])) * 3600',
        ),
        (
            "And by provider, and by class?",
            'sum by (project, provider) (rate(shoal_qa_labels_total{state="accepted"}[1h])) * 3600\n'
            'sum by (project, class) (rate(shoal_qa_class_labels_total{state="accepted"}[1h])) * 3600',
        ),
        (
            "How many votes an hour does each provider give?",
            "sum by (project, provider, campaign) "
            '(rate(shoal_gateway_annotations_total{action="submitted"}[1h])) * 3600',
        ),
        (
            "How many votes are asked for and not given, and how old is the oldest task?",
            "max by (project, provider, campaign) (shoal_gateway_open_votes)\n"
            "max by (project, provider, campaign, lane) (shoal_gateway_oldest_task_seconds)",
        ),
        (
            "When is the backlog done, in hours, at the speed of the last hour?",
            "sum by (project, campaign) (max by (project, provider, campaign) (shoal_gateway_open_votes))\n"
            "  / (sum by (project, campaign) "
            '(rate(shoal_gateway_annotations_total{action="submitted"}[1h])) * 3600)',
        ),
        (
            "How long does a sample take to be searchable, to a job, to its first vote, to an accepted label? "
            "(95 % are faster)",
            "histogram_quantile(0.95, sum by (project, stage, le) (rate(shoal_sample_stage_seconds_bucket[1h])))",
        ),
        (
            "What does each campaign wait for, and how many votes of its budget are left?",
            "max by (project, campaign, reason) (shoal_sampler_campaign_waits) == 1\n"
            'max by (project, campaign) (shoal_sampler_campaign_votes{kind="left"})',
        ),
    ),
    "Quality": (
        (
            "Which share of jobs is accepted by the first complete set of votes?",
            'sum by (project, campaign) (increase(shoal_qa_first_pass_total{outcome="accepted"}[1d]))\n'
            "  / sum by (project, campaign) (increase(shoal_qa_first_pass_total[1d]))",
        ),
        (
            "How many jobs are disputed or in review, and since when?",
            "max by (project, campaign) (shoal_qa_disputed_jobs)\n"
            'max by (project, campaign) (shoal_qa_jobs{state="review"})\n'
            'max by (project, campaign) (shoal_qa_oldest_job_seconds{state="review"})',
        ),
        (
            "How well does each provider answer gold items, and how many annotators are blocked?",
            "max by (project, provider) (shoal_qa_gold_accuracy_ratio)\n"
            'max by (project, provider) (shoal_qa_annotators{state="blocked"})',
        ),
        (
            "Do annotators agree, and is the promised precision of labels certified?",
            "max by (project) (shoal_qa_agreement_alpha)\nmax by (project) (shoal_qa_certificate_valid)",
        ),
    ),
    "Money": (
        (
            "What has been spent, and what will the open votes add?",
            "max by (project, provider, campaign) (shoal_gateway_spent_cost)\n"
            "max by (project, provider, campaign) (shoal_gateway_committed_cost)",
        ),
        (
            "What does an accepted label cost?",
            "max by (project) (shoal_qa_accepted_label_cost)",
        ),
    ),
    "Input": (
        (
            "How many inferences a second arrive, and what is rejected, why?",
            "sum by (project, dialect, result) (rate(shoal_ingest_inferences_total[5m]))",
        ),
        (
            "How late do inferences arrive? (95 % are faster)",
            "histogram_quantile(0.95, "
            "sum by (project, le) (rate(shoal_ingest_arrival_delay_seconds_bucket[1h])))",
        ),
        (
            "Which share of samples repeats one that was chosen?",
            'sum by (project) (rate(shoal_sampler_decided_samples_total{outcome="duplicate"}[1h]))\n'
            "  / sum by (project) (rate(shoal_sampler_decided_samples_total[1h]))",
        ),
        (
            "What does the encoder refuse, and which texts does it not know?",
            "sum by (project, reason) (rate(shoal_embedder_refused_samples_total[1h]))\n"
            "sum by (project) (rate(shoal_embedder_unreadable_texts_total[1h]))",
        ),
    ),
    "Vendors": (
        (
            "What became of the webhooks of each provider?",
            "sum by (project, provider, outcome) (rate(shoal_gateway_webhooks_total[5m]))",
        ),
        (
            "Which calls to a vendor fail, and how long do they take?",
            "sum by (project, provider, kind, outcome) (rate(shoal_gateway_vendor_call_seconds_count[5m]))\n"
            "histogram_quantile(0.95, "
            "sum by (project, provider, kind, le) (rate(shoal_gateway_vendor_call_seconds_bucket[5m])))",
        ),
    ),
    "Operation": (
        (
            "How far behind is each consumer group, in records and in time?",
            "sum by (topic, group) (shoal_messaging_lag_records)\n"
            "max by (topic, group) (shoal_messaging_lag_seconds)",
        ),
        (
            "Which records were set aside and wait for somebody?",
            "sum by (topic, group, reason) (shoal_messaging_pending_dead_letters) > 0",
        ),
        (
            "Which share of requests fails because of Shoal, and how long do the others take?",
            'sum by (service) (rate(shoal_http_request_seconds_count{status=~"5.."}[5m]))\n'
            "  / sum by (service) (rate(shoal_http_request_seconds_count[5m]))\n"
            "histogram_quantile(0.95, "
            "sum by (service, route, le) (rate(shoal_http_request_seconds_bucket[5m])))",
        ),
        (
            "Is a process too busy, or short of connections to PostgreSQL?",
            "histogram_quantile(0.99, sum by (instance, le) (rate(shoal_event_loop_lag_seconds_bucket[5m])))\n"
            'sum by (instance, schema) (shoal_postgres_pool_connections{state="used"})\n'
            "  / sum by (instance, schema) (shoal_postgres_pool_limit)",
        ),
        (
            "Do messages wait in PostgreSQL because Kafka does not take them?",
            "max by (schema) (shoal_outbox_oldest_seconds)\nmax by (schema) (shoal_outbox_set_aside_messages)",
        ),
        (
            "Does background work fail?",
            "sum by (job, loop) (rate(shoal_loop_failures_total[15m])) > 0",
        ),
    ),
}
"""By heading. An answer of several lines is several queries; an indented line goes on with the one before."""
