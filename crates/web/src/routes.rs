//! Every route with the operation of the authorisation table that it needs. A handler cannot be
//! reached without one: the guard asks for the session and the function before it runs, and the use
//! case asks again with the dossier.

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use domain::policy::{self, Operation};
use percent_encoding::percent_decode_str;

use crate::{
    App, account, actions, assets, assignments, benefits, career, caseload, context, control,
    corrections, documents, entries, export, fail, functions, grants, home, integration,
    invitation, journal, log, mail, mandates, messages, notices, oidc, openings, organisations,
    own, past, people, personal, profile, public, removal_queue, reports, retention, search,
    sections, sign_in, steps, system, vouchers,
};

/// One row of the table of routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// GET or POST.
    pub method: Method,
    /// The path with its parameters.
    pub path: &'static str,
    /// What it needs.
    pub operation: Operation,
}

/// Collects routes into a router and a table at once, so that neither can hold what the other lacks.
pub(crate) struct Routes {
    app: App,
    router: Router<App>,
    table: Vec<Route>,
}

impl Routes {
    fn new(app: App) -> Self {
        Routes {
            app,
            router: Router::new(),
            table: Vec::new(),
        }
    }

    /// A page.
    pub(crate) fn get<H, T>(self, path: &'static str, operation: Operation, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let route = on(MethodFilter::GET, handler);
        self.add(Method::GET, path, operation, route)
    }

    /// A form that is sent.
    pub(crate) fn post<H, T>(self, path: &'static str, operation: Operation, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let route = on(MethodFilter::POST, handler);
        self.add(Method::POST, path, operation, route)
    }

    fn add(
        mut self,
        method: Method,
        path: &'static str,
        operation: Operation,
        route: MethodRouter<App>,
    ) -> Self {
        let state = (self.app.clone(), operation);
        let route = if operation == Operation::Public {
            route
        } else {
            route.route_layer(from_fn_with_state(state, guard))
        };
        self.router = self.router.route(path, route);
        self.table.push(Route {
            method,
            path,
            operation,
        });
        self
    }
}

/// Nobody passes without a session, nor without the function.
async fn guard(
    State((app, operation)): State<(App, Operation)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut request, me) = match context::signed_in(&app, request).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    if policy::permit(&me.actor, operation).is_err() {
        app.casework.note_refusal(&me.actor).await;
        return fail::function_denied(&app, &me);
    }
    // Without a second factor, where one is needed, nothing is reached but the pages to set one up.
    let is_own = matches!(operation, Operation::OwnLogin | Operation::ChangeOwnLogin);
    if me.must_enrol && !is_own {
        let reads = matches!(*request.method(), Method::GET | Method::HEAD);
        return account::enrol_first(&app, &me, reads);
    }
    if policy::confirmed(&me.actor, operation, app.casework.now()).is_err() {
        return account::confirm::ask(&app, &me, request).await;
    }
    // What is no text is the address of nothing; the router would say so in English.
    if percent_decode_str(request.uri().path())
        .decode_utf8()
        .is_err()
    {
        return fail::not_found(&app, Some(&me));
    }
    if request.method() == Method::POST {
        app.casework.note_form(&me.actor).await;
    }
    request.extensions_mut().insert(me);
    next.run(request).await
}

/// Every route there is.
fn all(app: App) -> Routes {
    let routes = Routes::new(app);
    let routes = home::routes(routes);
    let routes = sign_in::routes(routes);
    let routes = account::routes(routes);
    let routes = oidc::routes(routes);
    let routes = entries::routes(routes);
    let routes = career::routes(routes);
    let routes = benefits::routes(routes);
    let routes = integration::routes(routes);
    let routes = vouchers::routes(routes);
    let routes = own::routes(routes);
    let routes = personal::routes(routes);
    let routes = corrections::routes(routes);
    let routes = export::routes(routes);
    let routes = openings::routes(routes);
    let routes = journal::routes(routes);
    let routes = grants::routes(routes);
    let routes = profile::routes(routes);
    let routes = sections::routes(routes);
    let routes = past::routes(routes);
    let routes = messages::routes(routes);
    let routes = documents::routes(routes);
    let routes = steps::routes(routes);
    let routes = actions::routes(routes);
    let routes = caseload::routes(routes);
    let routes = control::routes(routes);
    let routes = reports::routes(routes);
    let routes = mandates::routes(routes);
    let routes = retention::routes(routes);
    let routes = removal_queue::routes(routes);
    let routes = notices::routes(routes);
    let routes = people::routes(routes);
    let routes = organisations::routes(routes);
    let routes = functions::routes(routes);
    let routes = invitation::routes(routes);
    let routes = log::routes(routes);
    let routes = mail::routes(routes);
    let routes = assignments::routes(routes);
    let routes = system::routes(routes);
    let routes = public::routes(routes);
    search::routes(routes)
}

/// The table of routes, for the authorisation test and the documents.
pub fn table(web: crate::Web) -> Vec<Route> {
    all(std::sync::Arc::new(web)).table
}

pub(crate) fn router(app: App) -> Router {
    all(app.clone())
        .router
        .nest_service("/bestanden", assets::router())
        .fallback(fail::no_such_page)
        .method_not_allowed_fallback(fail::no_such_method)
        .with_state(app)
}
