//! Which statements a request reads, by name and in order: what is refused may cost no more and no less
//! for something that exists than for something that does not.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// The statements of this thread since it was last asked.
pub(crate) struct Statements {
    names: Arc<Mutex<Vec<String>>>,
    _listens: DefaultGuard,
}

impl Statements {
    /// Listens from now on. The store reads on the thread of the test.
    pub(crate) fn listen() -> Self {
        let names = Arc::default();
        let layer = Listener(Arc::clone(&names));
        let subscriber = tracing_subscriber::registry().with(layer);
        Statements {
            names,
            _listens: tracing::subscriber::set_default(subscriber),
        }
    }

    /// What was read since the last time.
    pub(crate) fn since(&self) -> Vec<String> {
        std::mem::take(&mut self.names.lock().unwrap())
    }
}

struct Listener(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "store::statement" {
            event.record(&mut Name(&mut self.0.lock().unwrap()));
        }
    }
}

struct Name<'a>(&'a mut Vec<String>);

impl Visit for Name<'_> {
    fn record_str(&mut self, _: &Field, value: &str) {
        self.0.push(value.to_owned());
    }

    fn record_debug(&mut self, _: &Field, value: &dyn Debug) {
        self.0.push(format!("{value:?}"));
    }
}
