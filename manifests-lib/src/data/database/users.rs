//! Users of a database: its owner, and other components with rights of their own.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;

use k8s_openapi::api::core::v1 as core;

use super::engine::EngineKind;
use super::{DatabaseHandle, Server};
use crate::data::secret::CredentialsSource;
use crate::model::bundle::{Output, Part};
use crate::model::component::Component;
use crate::model::error::BuildError;
use crate::model::made_for::MadeFor;
use crate::model::origin::Origin;
use crate::model::rule::Rule;
use crate::network::callable::Callable;
use crate::values::Name;
use crate::workload::volume::{PodVolume, PodVolumeSource};
use crate::workload::{ContainerHandle, WithPort};

/// What a user of another component may do with the tables of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Read rows.
    ReadOnly,
    /// Read, add, change and remove rows; tables stay the owner's to change.
    ReadWrite,
}

impl DatabaseHandle {
    /// Lets another component use the database as a user of its own, with fewer rights than the owner:
    /// `database.user_of(&report, Rights::ReadOnly, credentials)`.
    ///
    /// The component is admitted as the owner is. In a container the user is made at the first start, by a script in a ConfigMap
    /// that takes the credentials by reference: a volume that has data already gets no new user. The build reports two readers that
    /// would be the same user, which would end the script half-way for good. For Aurora the credentials are
    /// those of a user that has been made there, and the build reports generated ones, which nobody there would know.
    ///
    /// Objects are named `<bundle>-<component>-<database's bundle>-<database's component>-<kind>`, in the reader's bundle.
    #[track_caller]
    #[must_use = "give its address and credentials to a container"]
    pub fn user_of(
        &self,
        reader: &Component,
        rights: Rights,
        credentials: impl Into<CredentialsSource>,
    ) -> Self {
        self.user_at(Origin::here(), reader, rights, credentials.into())
    }

    fn user_at(
        &self,
        origin: Origin,
        reader: &Component,
        rights: Rights,
        source: CredentialsSource,
    ) -> Self {
        let refuse = |rule, message| reader.bundle.error(BuildError::new(rule, origin, message));
        let what = format!("the database {}", self.database);
        if let Some(mistake) = self.made_for.foreign(&reader.bundle, &what, origin) {
            reader.bundle.error(mistake);
        }
        if let CredentialsSource::Generated(generated) = &source {
            if let Some(why) = self.engine.refused_user(&generated.user) {
                refuse(EngineKind::NAMES, format!("{why}: name another user"));
            }
            if matches!(self.server, Server::Aurora(_)) {
                let message = format!(
                    "the password of {} is generated in the cluster, and the database {} is outside: nobody there knows the user; \
                     make the user there, and name its secret in AWS Secrets Manager",
                    generated.user, self.host
                );
                refuse(Rule::ForeignDatabaseUser, message);
            }
            if matches!(self.server, Server::Container(_)) && generated.user == self.database {
                let message = format!(
                    "the user {} is the owner of the database, and the first start would fail: name another user",
                    generated.user
                );
                refuse(EngineKind::NAMES, message);
            }
        }
        if let Server::Container(server) = &self.server
            && let Some(first) = server.users.take(&source, origin)
        {
            let who = match &source {
                CredentialsSource::Generated(generated) => format!("the user {}", generated.user),
                CredentialsSource::SecretsManager(secret) => {
                    format!("the user of the secret {secret}")
                }
            };
            let message = format!(
                "{who} is another reader's already, and the first start would end half-way, never to be tried again: give each reader \
                 a user of its own"
            );
            let error = BuildError::new(EngineKind::NAMES, origin, message);
            reader.bundle.error(error.related([first]));
        }
        let Component { bundle, .. } = &self.component;
        let name = format!("{}-{}", bundle.name, self.component.name());
        let of = reader.sibling(reader.name().with_suffix(&name), reader.nodes());
        let credentials = of.credentials_at(origin, source);
        let made = credentials.made().clone();
        let (ca, made) = match &self.server {
            Server::Container(server) => {
                let _ = server.service.admit(reader, origin);
                server.users.add(reader, rights);
                let variables = User::variables(reader);
                let [user, password] = [&credentials.user, &credentials.password];
                server.container.env_at(
                    origin,
                    [user.variable(&variables.user), password.variable(&variables.password)],
                );
                server.users.mount(origin, &server.container);
                (None, made)
            }
            Server::Aurora(server) => {
                let (ca, more) = server.admit(reader, origin, &of);
                (ca, more.map_or(made.clone(), |more| made.through(&more)))
            }
        };
        Self {
            reader: reader.clone(),
            component: of,
            engine: self.engine,
            host: self.host.clone(),
            port: self.port,
            database: self.database.clone(),
            user: credentials.user.only_for(reader, origin),
            password: credentials.password.only_for(reader, origin),
            ca,
            server: self.server.clone(),
            made_for: MadeFor::component(reader, origin),
            made,
        }
    }
}

/// Whether both say the same user, as far as the build sees: what a secret holds is known in the cluster alone.
fn is_one_user(one: &CredentialsSource, other: &CredentialsSource) -> bool {
    match (one, other) {
        (CredentialsSource::Generated(one), CredentialsSource::Generated(other)) => {
            one.user == other.user
        }
        (one, other) => one == other,
    }
}

/// The users of a database in a container.
pub(super) struct Users {
    component: Component,
    origin: Origin,
    engine: EngineKind,
    database: Name,
    others: RefCell<Vec<User>>,
    /// Where the names of the others come from, and which line says so.
    taken: RefCell<Vec<(CredentialsSource, Origin)>>,
}

/// A user beside the owner.
struct User {
    variables: Variables,
    rights: Rights,
}

/// The variables of the database's container that hold the credentials of a user.
struct Variables {
    user: String,
    password: String,
}

impl User {
    fn variables(reader: &Component) -> Variables {
        let name = format!("{}_{}", reader.bundle.name, reader.name());
        let name = name.replace('-', "_").to_uppercase();
        Variables {
            user: format!("READER_{name}_USER"),
            password: format!("READER_{name}_PASSWORD"),
        }
    }
}

impl Users {
    /// Becomes a script, where there is something to do at the first start.
    pub(super) fn of(
        component: &Component,
        origin: Origin,
        engine: EngineKind,
        database: Name,
    ) -> Rc<Self> {
        let users = Rc::new(Self {
            component: component.clone(),
            origin,
            engine,
            database,
            others: RefCell::default(),
            taken: RefCell::default(),
        });
        component.bundle.note(Rc::clone(&users));
        users
    }

    fn add(&self, reader: &Component, rights: Rights) {
        let variables = User::variables(reader);
        self.others.borrow_mut().push(User { variables, rights });
    }

    /// Takes a user for one reader; the line of another that has it already.
    fn take(&self, source: &CredentialsSource, origin: Origin) -> Option<Origin> {
        let mut taken = self.taken.borrow_mut();
        let first = taken.iter().find(|(other, _)| is_one_user(source, other));
        let first = first.map(|(_, origin)| *origin);
        taken.push((source.clone(), origin));
        first
    }

    /// Lets the image find the script.
    pub(super) fn mount(&self, origin: Origin, container: &ContainerHandle<WithPort>) {
        let volume = PodVolume {
            name: "first-start".to_owned(),
            source: PodVolumeSource::ConfigMap {
                name: self.component.object_name("first-start"),
                // The image reads it once.
                content: None,
                addresses: Vec::new(),
                made_for: MadeFor::component(&self.component, self.origin),
            },
        };
        container.mount_once(origin, &volume, &path!("/docker-entrypoint-initdb.d"));
    }

    fn script(&self) -> String {
        match self.engine {
            EngineKind::Mysql => self.script_of_mysql(),
            EngineKind::Postgres => self.script_of_postgres(),
        }
    }

    /// Run while the server listens at its socket alone.
    fn script_of_mysql(&self) -> String {
        let database = &self.database;
        let mut script = String::from(
            "quoted() {\n  local text=${1//\\\\/\\\\\\\\}\n  printf \"'%s'\" \"${text//\\'/\\'\\'}\"\n}\n\
             MYSQL_PWD=\"$MYSQL_ROOT_PASSWORD\" mysql --user=root --socket=/var/run/mysqld/mysqld.sock <<SQL\n",
        );
        for User { variables: Variables { user, password }, rights } in &*self.others.borrow() {
            let rights = match rights {
                Rights::ReadOnly => "SELECT",
                Rights::ReadWrite => "SELECT, INSERT, UPDATE, DELETE",
            };
            let _ = writeln!(
                script,
                "CREATE USER $(quoted \"${user}\")@'%' IDENTIFIED BY $(quoted \"${password}\");\n\
                 GRANT {rights} ON \\`{database}\\`.* TO $(quoted \"${user}\")@'%';"
            );
        }
        script.push_str("SQL\n");
        script
    }

    /// What the owner makes later has the rights of the others by itself.
    fn script_of_postgres(&self) -> String {
        let database = &self.database;
        let mut script = format!(
            "psql --set=ON_ERROR_STOP=1 --no-psqlrc --quiet --username=postgres --dbname=postgres <<'SQL'\n\
             \\set password `printf %s \"$OWNER_PASSWORD\"`\n\
             SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', '{database}', :'password') \\gexec\n\
             CREATE DATABASE \"{database}\" OWNER \"{database}\";\n\
             REVOKE ALL ON DATABASE \"{database}\" FROM PUBLIC;\n\
             \\connect \"{database}\"\n\
             ALTER SCHEMA public OWNER TO \"{database}\";\n\
             REVOKE ALL ON SCHEMA public FROM PUBLIC;\n"
        );
        for User { variables: Variables { user, password }, rights } in &*self.others.borrow() {
            let (tables, sequences) = match rights {
                Rights::ReadOnly => ("SELECT", "SELECT"),
                Rights::ReadWrite => ("SELECT, INSERT, UPDATE, DELETE", "SELECT, USAGE"),
            };
            let later =
                format!("ALTER DEFAULT PRIVILEGES FOR ROLE \"{database}\" IN SCHEMA public");
            let _ = writeln!(
                script,
                "\\set user `printf %s \"${user}\"`\n\
                 \\set password `printf %s \"${password}\"`\n\
                 SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', :'user', :'password') \\gexec\n\
                 GRANT CONNECT ON DATABASE \"{database}\" TO :\"user\";\n\
                 GRANT USAGE ON SCHEMA public TO :\"user\";\n\
                 {later} GRANT {tables} ON TABLES TO :\"user\";\n\
                 {later} GRANT {sequences} ON SEQUENCES TO :\"user\";"
            );
        }
        script.push_str("SQL\n");
        script
    }
}

impl Part for Users {
    fn build(&self, output: &mut Output<'_>) {
        if self.engine == EngineKind::Mysql && self.others.borrow().is_empty() {
            return;
        }
        output.add(
            self.origin,
            core::ConfigMap {
                metadata: self.component.metadata("first-start"),
                data: Some(BTreeMap::from([("users.sh".to_owned(), self.script())])),
                ..core::ConfigMap::default()
            },
        );
    }
}
