//! How requests to one port of a Service are sent: how long they may take, and what is sent again.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::rc::Rc;

use custom_resources::istio::networking::v1 as networking;

use super::retries::{Retried, Retries, RetryCondition};
use super::route::{destination, send, to_port};
use super::traffic_policy::{ConnectionLimits, OutlierDetection};
use crate::model::bundle::Output;
use crate::model::error::BuildError;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::network::service::ServicePort;
use crate::values::{GrpcMethod, Milliseconds, Port, UrlPath, milliseconds};

/// Some requests of a [`MeshRouteHandle`](super::MeshRouteHandle), with a timeout and retries of their own. What they do not say is as
/// for all requests of the route.
#[derive(Clone)]
pub struct MeshRequests<P> {
    some: Rc<SomeRequests>,
    protocol: PhantomData<P>,
}

impl<P> MeshRequests<P> {
    /// How long the caller waits for the whole answer, as [`MeshRouteHandle::timeout`](super::MeshRouteHandle::timeout) says.
    #[track_caller]
    pub fn timeout(&self, time: impl Into<Milliseconds>) {
        self.some.settings.set_timeout(Origin::here(), time.into());
    }

    /// What is sent again, as [`MeshRouteHandle::retries`](super::MeshRouteHandle::retries) says.
    #[track_caller]
    pub fn retries<const N: usize>(&self, retries: Retries<P::RetryOn, N>)
    where
        P: Retried,
    {
        self.some.settings.set_retries(Origin::here(), &retries);
    }

    /// Sends nothing again: for what must not be done twice.
    #[track_caller]
    pub fn without_retries(&self) {
        self.some.settings.set_no_retries(Origin::here());
    }
}

/// How the mesh sends requests to one port.
#[derive(Default)]
pub(crate) struct PortRoute {
    added: Cell<bool>,
    all: Settings,
    some: RefCell<Vec<Rc<SomeRequests>>>,
    outliers: Cell<Option<(Origin, OutlierDetection)>>,
    limits: Cell<Option<(Origin, ConnectionLimits)>>,
}

/// Some of the requests to a port.
struct SomeRequests {
    origin: Origin,
    of: Requests,
    settings: Settings,
}

/// Which requests.
#[derive(PartialEq)]
enum Requests {
    Method(GrpcMethod),
    /// Without a slash at its end.
    Below(String),
}

/// What is said of requests.
#[derive(Default)]
pub(super) struct Settings {
    timeout: Cell<Option<(Origin, Milliseconds)>>,
    tries: RefCell<Option<(Origin, Tries)>>,
    twice: RefCell<Vec<BuildError>>,
}

/// Two lines say one thing of the same requests.
pub(super) fn said_twice(what: &str, origin: Origin, first: Origin) -> BuildError {
    let message = format!(
        "{what} is said twice of the same requests, and only one of both would hold: remove one"
    );
    BuildError::new(Rule::DuplicateRoute, origin, message).related([first])
}

/// What is sent again.
#[derive(Clone)]
enum Tries {
    Never,
    Again { attempts: u8, per_try: Milliseconds, on: String },
}

impl Settings {
    pub(super) fn set_timeout(&self, origin: Origin, time: Milliseconds) {
        if let Some((first, _)) = self.timeout.replace(Some((origin, time))) {
            self.twice.borrow_mut().push(said_twice("the timeout", origin, first));
        }
    }

    pub(super) fn set_retries<C: RetryCondition, const N: usize>(
        &self,
        origin: Origin,
        retries: &Retries<C, N>,
    ) {
        let on = retries.on.map(RetryCondition::as_str).join(",");
        let tries = Tries::Again { attempts: retries.attempts, per_try: retries.per_try, on };
        self.set_tries(origin, tries);
    }

    pub(super) fn set_no_retries(&self, origin: Origin) {
        self.set_tries(origin, Tries::Never);
    }

    fn set_tries(&self, origin: Origin, tries: Tries) {
        if let Some((first, _)) = self.tries.replace(Some((origin, tries))) {
            self.twice.borrow_mut().push(said_twice("what is sent again", origin, first));
        }
    }

    /// These, and what they leave open as for all requests.
    fn or(&self, all: &Self) -> Self {
        let tries = self.tries.borrow().clone().or_else(|| all.tries.borrow().clone());
        Self {
            timeout: Cell::new(self.timeout.get().or(all.timeout.get())),
            tries: RefCell::new(tries),
            twice: self.twice.clone(),
        }
    }

    fn build(&self, output: &mut Output<'_>, route: &mut networking::VirtualServiceHttp) {
        for mistake in self.mistakes() {
            // What some requests have of all is wrong once.
            if !output.errors.contains(&mistake) {
                output.errors.push(mistake);
            }
        }
        route.timeout = self.timeout.get().map(|(_, time)| time.to_duration());
        route.retries = self.tries.borrow().as_ref().map(|(_, tries)| match tries {
            Tries::Never => {
                networking::HttpRetries { attempts: Some(0), ..networking::HttpRetries::default() }
            }
            Tries::Again { attempts, per_try, on } => networking::HttpRetries {
                attempts: Some((*attempts).into()),
                per_try_timeout: Some(per_try.to_duration()),
                retry_on: Some(on.clone()),
                ..networking::HttpRetries::default()
            },
        });
    }

    fn mistakes(&self) -> Vec<BuildError> {
        let mut mistakes = self.twice.borrow().clone();
        let timeout = self.timeout.get();
        if let Some((origin, time)) = timeout
            && time == milliseconds(0)
        {
            mistakes.push(BuildError::new(
                Rule::ZeroSize,
                origin,
                "a timeout of 0 is none to the mesh: say how long an answer may take, or leave it out",
            ));
        }
        let tries = self.tries.borrow();
        let Some((origin, Tries::Again { attempts, per_try, on })) = &*tries else {
            return mistakes;
        };
        if *attempts == 0 || *per_try == milliseconds(0) || on.is_empty() {
            mistakes.push(BuildError::new(
                Rule::ZeroSize,
                *origin,
                "retries name how often, how long each try may take and after what, and one of them is missing or 0: Istio would take \
                 what it does by itself; say all three, or without_retries",
            ));
            return mistakes;
        }
        let needed = (u64::from(*attempts) + 1) * per_try.as_milliseconds();
        if let Some((said, time)) = timeout
            && needed > time.as_milliseconds()
            && time != milliseconds(0)
        {
            let mistake = BuildError::new(
                Rule::RetriesBeyondTimeout,
                *origin,
                format!(
                    "{} tries of {} ms take {needed} ms, and the request ends after {} ms: the last one would be cut off; allow more time, \
                     or fewer or shorter tries",
                    u16::from(*attempts) + 1,
                    per_try.as_milliseconds(),
                    time.as_milliseconds()
                ),
            );
            mistakes.push(mistake.related([said]));
        }
        mistakes
    }
}

impl PortRoute {
    pub(super) fn add(&self) {
        self.added.set(true);
    }

    pub(super) fn is_added(&self) -> bool {
        self.added.get()
    }

    /// What is said of all requests.
    pub(super) fn all(&self) -> &Settings {
        &self.all
    }

    /// Says so, and which line has said it before.
    pub(super) fn detect_outliers(
        &self,
        origin: Origin,
        detection: OutlierDetection,
    ) -> Option<Origin> {
        self.outliers.replace(Some((origin, detection))).map(|(first, _)| first)
    }

    /// Says so, and which line has said it before.
    pub(super) fn limit(&self, origin: Origin, limits: ConnectionLimits) -> Option<Origin> {
        self.limits.replace(Some((origin, limits))).map(|(first, _)| first)
    }

    /// What the DestinationRule says of the port.
    pub(super) fn traffic_policy(
        &self,
    ) -> (
        Option<networking::TrafficPolicyConnectionPool>,
        Option<networking::TrafficPolicyOutlierDetection>,
    ) {
        let limits = self.limits.get().map(|(_, limits)| limits.build());
        (limits, self.outliers.get().map(|(_, detection)| detection.build()))
    }

    pub(super) fn method<P>(
        &self,
        origin: Origin,
        port: &ServicePort,
        method: GrpcMethod,
    ) -> MeshRequests<P> {
        self.some(origin, port, Requests::Method(method))
    }

    pub(super) fn path_prefix<P>(
        &self,
        origin: Origin,
        port: &ServicePort,
        path: UrlPath,
    ) -> MeshRequests<P> {
        let path = path.as_str().trim_end_matches('/').to_owned();
        if path.is_empty() {
            port.component().bundle.error(BuildError::new(
                Rule::DuplicateRoute,
                origin,
                "every path is below /: say it of the route itself, which is for all requests",
            ));
        }
        self.some(origin, port, Requests::Below(path))
    }

    fn some<P>(&self, origin: Origin, port: &ServicePort, of: Requests) -> MeshRequests<P> {
        let mut all = self.some.borrow_mut();
        if let Some(other) = all.iter().find(|other| other.of == of) {
            let mistake = BuildError::new(
                Rule::DuplicateRoute,
                origin,
                format!(
                    "{} is routed twice, and the mesh would take the first route for all of it: say both of one",
                    of.name()
                ),
            );
            port.component().bundle.error(mistake.related([other.origin]));
        }
        let some = Rc::new(SomeRequests { origin, of, settings: Settings::default() });
        all.push(Rc::clone(&some));
        MeshRequests { some, protocol: PhantomData }
    }

    /// The routes to this port of the host: some requests first, longer paths before shorter ones, then all others.
    pub(super) fn build(
        &self,
        output: &mut Output<'_>,
        host: &str,
        port: Port,
    ) -> Vec<networking::VirtualServiceHttp> {
        let mut some = self.some.borrow().clone();
        some.sort_by_key(|requests| std::cmp::Reverse(requests.of.name().len()));
        let mut routes = Vec::new();
        for requests in &some {
            let mut route = send(to_port(port), destination(host.to_owned(), port));
            route.match_ = Some(requests.of.matches(port));
            requests.settings.or(&self.all).build(output, &mut route);
            routes.push(route);
        }
        let mut route = send(to_port(port), destination(host.to_owned(), port));
        self.all.build(output, &mut route);
        routes.push(route);
        routes
    }
}

impl Requests {
    fn name(&self) -> &str {
        match self {
            Self::Method(method) => method.as_str(),
            Self::Below(path) => path,
        }
    }

    fn matches(&self, port: Port) -> Vec<networking::HttpMatch> {
        let of = |uri| networking::HttpMatch { uri: Some(uri), ..to_port(port) };
        match self {
            Self::Method(method) => vec![of(networking::StringMatch::Exact(method.to_string()))],
            // A prefix of the mesh does not end with a part of the path.
            Self::Below(path) => vec![
                of(networking::StringMatch::Exact(path.clone())),
                of(networking::StringMatch::Prefix(format!("{path}/"))),
            ],
        }
    }
}
