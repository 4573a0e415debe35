//! Listening, serving and stopping: no request that runs is cut off, and the database is closed last.

use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use axum::Router;
use axum::extract::ConnectInfo;
use casework::Casework;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tower::Service as _;
use web::{Kept, Web, WebSettings};

use crate::mail::{self, Postman};
use crate::parts::Parts;

/// How often what no longer counts is forgotten.
const TIDY_EVERY: Duration = Duration::from_secs(10 * 60);
/// How often the clock is put right by the database's, where several servers share one.
const CLOCK_EVERY: Duration = Duration::from_secs(60);
/// How long a head may take to come in, and a connection may stay without one.
const WHOLE_HEAD: Duration = Duration::from_secs(20);
/// How long running requests get to finish once the program is asked to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(10);
/// How long the mail that is being sent gets to finish after that.
const LAST_MAIL: Duration = Duration::from_secs(10);
/// How long tasks that do not listen to reason keep the program from ending after that.
const LAST_TASKS: Duration = Duration::from_secs(2);
/// Hashing passwords is what blocks; more of it at once only costs memory.
const BLOCKING_THREADS: usize = 16;

/// Runs the work on a runtime of its own and closes everything it opened before it answers.
pub(crate) fn run_and_close(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores)
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let done = runtime.block_on(work);
    // Drops what tasks still hold, the database among it, so that its log is folded in.
    runtime.shutdown_timeout(LAST_TASKS);
    done
}

/// Takes the address, before anything else is touched.
///
/// # Errors
/// In one line: in use, or not of this machine.
pub(crate) async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.map_err(|error| {
        let why = match error.kind() {
            ErrorKind::AddrInUse => "another program listens there".to_owned(),
            ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
            ErrorKind::PermissionDenied => "not permitted; ports under 1024 need it".to_owned(),
            _ => error.to_string(),
        };
        anyhow!("cannot listen on {listen}: {why}")
    })
}

/// Serves until the program is asked to stop (SIGTERM, SIGINT), and then finishes what runs.
///
/// # Errors
/// When it cannot listen to signals.
pub(crate) async fn serve(
    parts: Parts,
    settings: WebSettings,
    trusted_proxies: Vec<IpNet>,
    listener: TcpListener,
    postman: Option<Postman>,
) -> anyhow::Result<()> {
    let casework = parts.casework.clone();
    let (stop_mail, mail_stopped) = watch::channel(false);
    let mailing =
        postman.map(|postman| tokio::spawn(mail::deliver(casework.clone(), postman, mail_stopped)));
    let kept = Kept::default();
    let tidying = tokio::spawn(tidy(casework.clone(), kept.clone()));
    let following = tokio::spawn(async move { follow_clock(&parts).await });
    let app = web::router(Web {
        casework,
        settings,
        trusted_proxies,
        kept,
    });
    let connections = GracefulShutdown::new();
    // Listened to before the first answer: who is told that it is ready may ask it to stop.
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen to signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen to signals")?;
    tokio::select! {
        () = accept(&listener, &app, &connections) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    drop(listener);
    tracing::info!("stopping: finishing the requests that run");
    let last = tokio::time::timeout(LAST_REQUESTS, connections.shutdown());
    if last.await.is_err() {
        tracing::warn!("some requests took too long and were cut off");
    }
    tidying.abort();
    following.abort();
    let _ = stop_mail.send(true);
    if let Some(mailing) = mailing {
        // The letter it has in hand is finished, or sent again by whoever comes after.
        let _ = tokio::time::timeout(LAST_MAIL, mailing).await;
    }
    tracing::info!("stopped");
    Ok(())
}

/// Takes connections for as long as it is asked. Each is a task of its own, which `connections` can ask to
/// finish what it has in hand.
async fn accept(listener: &TcpListener, app: &Router, connections: &GracefulShutdown) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(WHOLE_HEAD);
    loop {
        let (connection, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Of one connection it says nothing about the next; out of handles, some come free.
                let gone = [ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset];
                if !gone.contains(&error.kind()) {
                    tracing::error!(%error, "cannot take a connection; tried again in a second");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                continue;
            }
        };
        // A page is one small answer: waiting to fill a packet only delays it.
        let _ = connection.set_nodelay(true);
        let app = app.clone();
        let answer = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(from));
            app.clone().call(request)
        });
        let serving = http.serve_connection(TokioIo::new(connection), answer);
        let serving = connections.watch(serving);
        tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::debug!(%error, "a connection was broken off");
            }
        });
    }
}

async fn follow_clock(parts: &Parts) {
    if parts.clock.is_none() {
        return;
    }
    let mut turn = tokio::time::interval(CLOCK_EVERY);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        turn.tick().await;
        if let Err(error) = parts.follow_clock().await {
            tracing::warn!(%error, "the clock of the database was not read; tried again in a minute");
        }
    }
}

async fn tidy(casework: Casework, kept: Kept) {
    let mut turn = tokio::time::interval(TIDY_EVERY);
    turn.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        turn.tick().await;
        kept.clear();
        if let Err(failure) = casework.tidy().await {
            tracing::warn!(?failure, "tidying failed; tried again in ten minutes");
        }
        match casework.tidy_documents().await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "documents that nothing points at are removed"),
            Err(failure) => {
                tracing::warn!(?failure, "documents not tidied; tried again in ten minutes");
            }
        }
        match casework.keep_up_grants().await {
            Ok(0) => {}
            Ok(ended) => tracing::info!(ended, "access grants that were over are ended"),
            Err(failure) => {
                tracing::warn!(
                    ?failure,
                    "access grants not looked after; tried again in ten minutes"
                );
            }
        }
    }
}
