use insta::assert_snapshot;
use manifests_lib::data::rabbitmq::{Messages, Rabbitmq};
use manifests_lib::model::Bundle;
use manifests_lib::{binding_key, name};

use super::rabbitmq::with_broker;
use crate::support::{NODES, Shop, server};

/// A shop whose mails are sent by another bundle, which is told of events.
fn shop() -> (Shop, Bundle, Bundle, Rabbitmq, Messages) {
    let (shop, _, broker) = with_broker(1, 5);
    let (web, mailer) = (shop.bundle(), shop.bundle_named(name!("mailer")));
    let app = web.app(&NODES);
    let messages = app.messages(&broker);
    let mails = messages.queue(name!("mails"));
    let events = messages.topic(name!("events"));
    let producer = messages.client(&app);
    let (sending, publishing) = (producer.sends_to(&mails), producer.publishes(&events));
    server(&app).env([
        producer.url("AMQP_URL"),
        producer.ca_certificate("CA_CERTIFICATE"),
        sending.exchange("EXCHANGE"),
        sending.routing_key("ROUTING_KEY"),
        publishing.exchange("EVENTS"),
    ]);
    let worker = mailer.app(&NODES);
    let consumer = messages.client(&worker);
    let keys = [binding_key!("order.*"), binding_key!("refund.#")];
    let (mails, news) =
        (consumer.consumes(&mails), consumer.subscribes(&events, name!("mailer"), keys));
    server(&worker).env([
        consumer.host("HOST"),
        consumer.port("PORT"),
        consumer.virtual_host("VHOST"),
        consumer.user("USERNAME"),
        consumer.password("PASSWORD"),
        mails.queue("QUEUE"),
        news.queue("NEWS"),
        news.dead_letters("DEAD_NEWS"),
    ]);
    (shop, web, mailer, broker, messages)
}

#[test]
#[expect(clippy::too_many_lines, reason = "one line an object")]
fn a_queue_has_an_exchange_and_dead_letters() {
    let (shop, web, ..) = shop();
    assert_snapshot!(shop.objects(&web, &["Vhost", "Exchange", "Queue", "Binding", "Policy"]), @"
    apiVersion: rabbitmq.com/v1beta1
    kind: Vhost
    metadata:
      name: web-app-messages-vhost
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      defaultQueueType: quorum
      deletionPolicy: retain
      name: web-messages
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Exchange
    metadata:
      name: web-app-messages-exchange-dead-letter
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      autoDelete: false
      durable: true
      name: dead-letter
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      type: direct
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Exchange
    metadata:
      name: web-app-messages-exchange-mails
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      autoDelete: false
      durable: true
      name: mails
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      type: direct
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Queue
    metadata:
      name: web-app-messages-queue-mails
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      autoDelete: false
      deletionPolicy: retain
      durable: true
      name: mails
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      type: quorum
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Queue
    metadata:
      name: web-app-messages-queue-dead-letter-mails
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      autoDelete: false
      deletionPolicy: retain
      durable: true
      name: dead-letter.mails
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      type: quorum
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Binding
    metadata:
      name: web-app-messages-binding-mails
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      destination: mails
      destinationType: queue
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      routingKey: mails
      source: mails
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Binding
    metadata:
      name: web-app-messages-binding-dead-letter-mails
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      destination: dead-letter.mails
      destinationType: queue
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      routingKey: mails
      source: dead-letter
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Policy
    metadata:
      name: web-app-messages-policy-mails
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      applyTo: quorum_queues
      definition:
        dead-letter-exchange: dead-letter
        dead-letter-routing-key: mails
        dead-letter-strategy: at-least-once
        delivery-limit: 5
        overflow: reject-publish
      name: mails
      pattern: ^mails$
      priority: 0
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Exchange
    metadata:
      name: web-app-messages-exchange-events
      labels:
        app: web
        component: app
        env: test
      namespace: shop
    spec:
      autoDelete: false
      durable: true
      name: events
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      type: topic
      vhost: web-messages
    ");
}

#[test]
fn a_producer_writes_and_a_consumer_reads() {
    let (shop, web, mailer, ..) = shop();
    assert_snapshot!(shop.part(&web, "Permission", "/spec"), @"
    permissions:
      configure: ^$
      read: ^$
      write: ^(events|mails)$
    rabbitmqClusterReference:
      name: rabbit
      namespace: elsewhere
    userReference:
      name: web-app-web-user
    vhost: web-messages
    ");
    assert_snapshot!(shop.part(&mailer, "Permission", "/spec/permissions"), @r"
    configure: ^$
    read: ^(dead-letter\.events\.mailer\.app\.mailer|dead-letter\.mails|events\.mailer\.app\.mailer|mails)$
    write: ^$
    ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one line an object")]
fn a_subscription_is_a_queue_of_the_subscriber() {
    let (shop, _, mailer, ..) = shop();
    assert_snapshot!(shop.objects(&mailer, &["Queue", "Binding", "Policy"]), @r"
    apiVersion: rabbitmq.com/v1beta1
    kind: Queue
    metadata:
      name: mailer-app-messages-queue-web-events-mailer
      labels:
        app: mailer
        component: app
        env: test
      namespace: shop
    spec:
      autoDelete: false
      deletionPolicy: retain
      durable: true
      name: events.mailer.app.mailer
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      type: quorum
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Queue
    metadata:
      name: mailer-app-messages-queue-dead-letter-web-events-mailer
      labels:
        app: mailer
        component: app
        env: test
      namespace: shop
    spec:
      autoDelete: false
      deletionPolicy: retain
      durable: true
      name: dead-letter.events.mailer.app.mailer
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      type: quorum
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Binding
    metadata:
      name: mailer-app-messages-binding-web-events-mailer-order.any
      labels:
        app: mailer
        component: app
        env: test
      namespace: shop
    spec:
      destination: events.mailer.app.mailer
      destinationType: queue
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      routingKey: order.*
      source: events
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Binding
    metadata:
      name: mailer-app-messages-binding-web-events-mailer-refund.all
      labels:
        app: mailer
        component: app
        env: test
      namespace: shop
    spec:
      destination: events.mailer.app.mailer
      destinationType: queue
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      routingKey: refund.#
      source: events
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Binding
    metadata:
      name: mailer-app-messages-binding-dead-letter-web-events-mailer
      labels:
        app: mailer
        component: app
        env: test
      namespace: shop
    spec:
      destination: dead-letter.events.mailer.app.mailer
      destinationType: queue
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      routingKey: events.mailer.app.mailer
      source: dead-letter
      vhost: web-messages
    ---
    apiVersion: rabbitmq.com/v1beta1
    kind: Policy
    metadata:
      name: mailer-app-messages-policy-web-events-mailer
      labels:
        app: mailer
        component: app
        env: test
      namespace: shop
    spec:
      applyTo: quorum_queues
      definition:
        dead-letter-exchange: dead-letter
        dead-letter-routing-key: events.mailer.app.mailer
        dead-letter-strategy: at-least-once
        delivery-limit: 5
        overflow: reject-publish
      name: events.mailer.app.mailer
      pattern: ^events\.mailer\.app\.mailer$
      priority: 0
      rabbitmqClusterReference:
        name: rabbit
        namespace: elsewhere
      vhost: web-messages
    ");
}

#[test]
fn clients_know_where_to_connect() {
    let (shop, web, mailer, ..) = shop();
    assert_snapshot!(shop.container_part(&web, "/env"), @"
    - name: AMQP_URL_USER
      valueFrom:
        secretKeyRef:
          key: username
          name: web-app-web-user-user-credentials
    - name: AMQP_URL_PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: web-app-web-user-user-credentials
    - name: AMQP_URL
      value: amqps://$(AMQP_URL_USER):$(AMQP_URL_PASSWORD)@rabbit.elsewhere.svc.cluster.local:5671/web-messages
    - name: CA_CERTIFICATE
      valueFrom:
        secretKeyRef:
          key: ca.crt
          name: web-app-web-authority
    - name: EXCHANGE
      value: mails
    - name: ROUTING_KEY
      value: mails
    - name: EVENTS
      value: events
    ");
    assert_snapshot!(shop.container_part(&mailer, "/env"), @r#"
    - name: HOST
      value: rabbit.elsewhere.svc.cluster.local
    - name: PORT
      value: "5671"
    - name: VHOST
      value: web-messages
    - name: USERNAME
      valueFrom:
        secretKeyRef:
          key: username
          name: mailer-app-web-user-user-credentials
    - name: PASSWORD
      valueFrom:
        secretKeyRef:
          key: password
          name: mailer-app-web-user-user-credentials
    - name: QUEUE
      value: mails
    - name: NEWS
      value: events.mailer.app.mailer
    - name: DEAD_NEWS
      value: dead-letter.events.mailer.app.mailer
    "#);
}

#[test]
fn a_queue_of_another_virtual_host() {
    let (shop, _, _, broker, messages) = shop();
    let other = shop.bundle_named(name!("other")).app(&NODES);
    server(&other);
    let theirs = other.messages(&broker);
    let client = messages.client(&other);
    client.consumes(&theirs.queue(name!("jobs")));
    client.subscribes(&messages.topic(name!("news")), name!("nobody"), []);
    let _ = messages.topic(name!("dead-letter"));
    assert_snapshot!(shop.mistakes(), @r##"
    manifests-lib/tests/language/components/messages.rs:N: dead-letter is the exchange of what could not be delivered, and messages would go round in circles: choose another name [foreign-queue]
    manifests-lib/tests/language/components/messages.rs:N: jobs is in the virtual host other-messages, and this client connects to web-messages, where there is none: make a client of other-messages (see also manifests-lib/tests/language/components/messages.rs:N) [foreign-queue]
    manifests-lib/tests/language/components/messages.rs:N: the subscription nobody has no key, and no event of news would reach it: name one, such as binding_key!("#") for all [mismatched-rights]
    manifests-lib/tests/language/components/messages.rs:N: Exchange.rabbitmq.com shop/web-app-messages-exchange-dead-letter is written a second time: applied one after the other, each would undo the other; rename or remove one (see also manifests-lib/tests/language/components/messages.rs:N) [duplicate-object]
    "##);
}

#[test]
fn subscriptions_of_one_name_are_queues_of_their_own() {
    let (shop, _, broker) = with_broker(1, 5);
    let web = shop.bundle();
    let app = web.app(&NODES);
    let messages = app.messages(&broker);
    let events = messages.topic(name!("events"));
    let mut said = Vec::new();
    for component in [app, web.component(name!("worker"), &NODES)] {
        let client = messages.client(&component);
        let news = client.subscribes(&events, name!("billing"), [binding_key!("#")]);
        server(&component).env([news.queue("QUEUE"), news.dead_letters("DEAD")]);
    }
    for line in shop.objects(&web, &["Queue"]).lines().filter(|line| line.starts_with("  name: ")) {
        said.push(line.to_owned());
    }
    assert_snapshot!(said.join("\n"), @"
    name: web-app-messages-queue-web-events-billing
    name: events.web.app.billing
    name: web-app-messages-queue-dead-letter-web-events-billing
    name: dead-letter.events.web.app.billing
    name: web-worker-messages-queue-web-events-billing
    name: events.web.worker.billing
    name: web-worker-messages-queue-dead-letter-web-events-billing
    name: dead-letter.events.web.worker.billing
    ");
}
