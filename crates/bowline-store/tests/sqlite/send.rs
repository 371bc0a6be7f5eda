//! Every public async function gives a future that is `Send`, so that the store runs in `tokio::spawn` too.

use std::{collections::BTreeSet, fs, path::Path};

use bowline_store::{Database, Random, Store};

/// An argument of any type; nothing of this is ever run.
#[allow(clippy::unreachable, reason = "it is only compiled")]
fn any<T>() -> T {
    unreachable!("only compiled")
}

fn is_send(_: impl Send) {}

macro_rules! functions {
    ($($name:ident($($argument:tt),*);)+) => {
        const NAMES: &[&str] = &[$(stringify!($name)),+];

        #[allow(dead_code, reason = "that it compiles is the test")]
        fn all_are_send<D: Database, R: Random>(store: &Store<D, R>) {
            $(is_send(store.$name($(functions!(@ $argument)),*));)+
        }
    };
    (@ _) => { any() };
}

functions! {
    admit_event(_, _);
    audit(_, _, _, _);
    audit_head(_);
    audited_projects(_, _);
    begin_due(_, _, _);
    begin_sync(_, _, _);
    change_notices(_, _, _, _, _);
    change_settings(_, _, _, _);
    claim(_, _, _);
    claim_checks(_, _, _);
    claim_key_set(_, _, _);
    claim_watch(_, _);
    clean_up(_);
    count(_, _, _);
    count_check(_, _);
    count_events(_, _, _, _);
    count_failure(_, _);
    create(_, _, _, _);
    create_as(_, _, _, _, _);
    declare_use(_, _, _, _);
    delete(_, _, _, _);
    due(_, _, _);
    end_events(_, _, _);
    end_notice(_, _, _);
    end_notices(_, _);
    end_release(_, _);
    end_use(_, _, _, _);
    end_watch(_, _);
    event_address(_, _);
    expiring(_, _, _);
    export_audit(_, _, _);
    fail_check(_, _);
    finish_repository(_, _, _);
    finish_scan(_, _, _, _);
    finish_sync(_, _, _);
    forget_audit(_, _, _);
    forget_notices(_);
    forget_scans(_);
    give_scans_back(_, _, _, _);
    hand_out(_, _, _);
    images_of(_, _);
    inventory(_, _, _);
    is_complete(_);
    is_current();
    is_shared(_, _, _);
    keep_answer(_, _, _, _);
    keep_images(_, _, _, _);
    keep_key_set(_, _);
    keep_pending(_, _, _);
    keep_watch(_, _);
    key_set(_);
    known_digests(_, _);
    known_tags(_, _, _);
    lease_scans(_, _);
    link_audits(_, _);
    list(_, _, _);
    listed_so_far(_);
    look_at_credentials(_, _);
    mark_gone(_, _, _);
    migrate(_);
    next_sync(_);
    notices(_);
    open(_, _, _);
    pause_sync(_, _, _, _);
    pending_done(_);
    plan(_, _);
    prolong(_, _, _);
    queue_scans(_, _, _, _, _);
    read(_, _, _);
    read_policy(_, _);
    record_check(_, _, _);
    record_decisions(_, _, _, _);
    record_details(_, _, _);
    record_listing(_, _, _);
    record_push(_, _, _);
    record_refusal(_, _, _, _);
    record_removed(_, _, _, _, _);
    record_seen(_, _, _);
    record_tags_cursor(_, _, _);
    release(_, _, _);
    release_sync(_, _);
    renew_event_secret(_, _, _);
    replace_credentials(_, _, _, _, _, _);
    request_scans(_, _, _, _);
    requeue_lapsed(_, _);
    reseal(_, _, _, _);
    scan(_, _);
    scanners(_);
    scans(_, _, _, _, _);
    seen_so_far(_, _);
    serving(_, _, _);
    set_aside(_);
    settings(_, _);
    settings_audit(_, _, _);
    start_sync(_, _, _, _);
    syncs(_, _);
    take_notices(_, _, _);
    take_pending(_, _, _);
    take_release(_, _, _);
    take_up_sync(_, _);
    to_plan(_, _);
    to_plan_of(_);
    unread_digests(_, _, _, _);
    unread_repositories(_, _);
    update(_, _, _, _, _);
    verify_audit(_, _);
    waiting_syncs(_, _, _);
}

#[test]
fn every_public_async_function_is_named_here() {
    let mut found = BTreeSet::new();
    collect(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut found,
    );
    let named: BTreeSet<_> = NAMES.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(found, named);
}

fn collect(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let functions = text.split("pub async fn ").skip(1);
        found.extend(functions.filter_map(|rest| rest.split(['(', '<']).next().map(str::to_owned)));
    }
}
