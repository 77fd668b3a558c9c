#!/usr/bin/env perl

# A whole client for one room, in Perl: prints each message in it as a line of JSON, and says each line of standard
# input. Written from docs/reference/protocol.md alone. It needs Mojolicious, and nothing else.
#
# The environment says where, and as whom: AMONG_URL, AMONG_ROOM (an id), AMONG_TOKEN or AMONG_HANDLE and AMONG_PASSWORD.

use Mojo::Base -strict, -signatures;
use Mojo::IOLoop;
use Mojo::JSON qw(encode_json);
use Mojo::UserAgent;
use Mojo::Util qw(decode);
use List::Util qw(max min);

my $ROOM   = $ENV{AMONG_ROOM};
my $way_in = $ENV{AMONG_TOKEN}
  ? {token => $ENV{AMONG_TOKEN}}
  : {handle => $ENV{AMONG_HANDLE}, password => $ENV{AMONG_PASSWORD}};

my ($epoch, $have) = ('');    # how far we are: the last entry of the room that was handed on
my @unsaid;                   # [nonce, text] of what is not decided; undef: standard input has ended
my $ua = Mojo::UserAgent->new(connect_timeout => 10, inactivity_timeout => 60);

# Of one connection
my ($tx, %asked, $head, $wanted, $live, $fetching, $saying);
my ($tries, $since, $away) = (0, 0, 0);    # away: seconds to stay so, as told by a server that restarts

sub stop ($why = undef) {
  say STDERR $why if $why;
  $live = 0;    # what ends with the program has nothing to do any more
  exit($why ? 1 : 0);
}

# --- what is asked

sub ask ($type, $fields, $then) {
  state $ids = 0;
  my $id = 'c' . ++$ids;
  $asked{$id} = [$type, $fields, $then];
  $tx->send({json => {%$fields, type => $type, id => $id}});
}

sub answered ($reply) {
  my ($type, $fields, $then) = @{delete $asked{$reply->{id} // ''} // return};
  return $then->($reply->{result}) if $reply->{type} eq 'ok';
  my $why = "$reply->{code}: $reply->{message}";
  if ($reply->{class} eq 'wait' || $reply->{class} eq 'bug') {
    my $here = $tx;
    Mojo::IOLoop->timer(($reply->{retry_after_ms} || 5000) / 1000 => sub { ask($type, $fields, $then) if $tx && $tx == $here });
  }
  elsif ($type eq 'message.send') {
    say STDERR "Not said: $why";
    $then->(undef);
  }
  else { stop("$type was refused: $why") }
}

sub sign_in {
  ask('session.sign_in', $way_in, sub ($signed_in) {
    $way_in = {token => $signed_in->{token}} if $signed_in->{token};
    my %have = defined $have ? ($ROOM => $have) : ();
    ask('session.sync', {epoch => $epoch, positions => \%have}, \&sync_started);
  });
}

sub sync_started ($sync) {
  my ($log) = grep { $_->{log} eq $ROOM && ($_->{status} // '') ne 'gone' } @{$sync->{logs}};
  stop('There is no such room, or it is not followed.') unless $log;
  ($epoch, $head) = ($sync->{epoch}, $log->{head} // 0);
  $have = $head if !defined $have || ($log->{status} // '') eq 'reset';
  $live = 1;
  work();
}

# Whatever is to be done next: fetch what is missing, say what was typed, or end.
sub work {
  return unless $live;
  if (!$fetching && $have < $wanted) {
    my $until = $fetching = $wanted;    # more may be wanted by the time that the page comes
    ask('log.entries', {log => $ROOM, after => $have, until => $until}, sub ($page) { fetched($page, $until) });
  }
  return if $saying || !@unsaid;
  if (defined $unsaid[0]) {
    $saying = 1;
    my ($nonce, $text) = @{$unsaid[0]};
    ask('message.send', {nonce => $nonce, room => $ROOM, body => $text}, sub ($) {
      $saying = 0;
      shift @unsaid;
      work();
    });
  }
  elsif (!$fetching) { $tx->finish; stop() }
}

sub fetched ($page, $until) {
  $fetching = 0;
  $have     = max($have, $page->{floor} // 0);
  entry($_) for @{$page->{entries}};
  $have = max($have, $until) if $page->{complete};
  work();
}

# --- what comes

sub heard ($frame) {
  my $type = $frame->{type} // '';
  if    ($type eq 'ok' || $type eq 'refused') { answered($frame) }
  elsif ($type eq 'hello') {
    Mojo::IOLoop->stream($tx->connection)->timeout(($frame->{ping_ms} + $frame->{deadline_ms}) / 1000);
    sign_in();
  }
  elsif ($type eq 'session.synced')  { $wanted = max($wanted, $head) }
  elsif ($type eq 'session.lagging') { $wanted = max($wanted, $frame->{logs}{$ROOM} // 0) }
  elsif ($type eq 'session.restarting') { $away = min(60, $frame->{come_back_ms} / 1000) }
  elsif (($frame->{log} // '') eq $ROOM && $frame->{seq}) { entry($frame) }
  work();
}

sub entry ($entry) {
  return unless defined $have && $entry->{seq} > $have;
  if (($entry->{from} || $entry->{seq}) > $have + 1) {
    $wanted = max($wanted, $entry->{seq});    # a hole: this one comes again, behind what is missing
    return;
  }
  $have = $entry->{seq};
  say encode_json($entry) if $entry->{type} eq 'message.sent';
}

# --- the connection

sub open_ {
  ($tx, %asked) = ();
  ($head, $wanted, $live, $fetching, $saying) = (0, 0, 0, 0, 0);
  $since = time;
  $ua->websocket($ENV{AMONG_URL} => ['among.v1.json'] => sub ($ua, $opened) {
    return lost(1006) unless $opened->is_websocket;
    $tx = $opened->max_websocket_size(2**24);
    $tx->on(json   => sub ($, $frame) { heard($frame) if ref $frame eq 'HASH' });
    $tx->on(finish => sub ($, $code, $) { lost($code // 1006) });
  });
}

sub lost ($code) {
  stop("The server says not to come back: $code") if $code >= 4500 && $code <= 4999;
  ($tx, $live) = ();
  $tries = time - $since > 10 ? 0 : $tries + 1;
  Mojo::IOLoop->timer(max($away, min(30, 0.25 * 2**$tries) * (0.5 + rand() / 2)) => \&open_);
  $away = 0;
}

# --- standard input

my $typed = Mojo::IOLoop::Stream->new(\*STDIN)->timeout(0);
my $rest  = '';
sub typed ($line) {
  state $lines = 0;
  push @unsaid, defined $line ? [sprintf('%x-%x-%d-%d', time, rand 2**32, $$, ++$lines), decode('UTF-8', $line) // $line] : undef;
  work();
}
$typed->on(read => sub ($, $bytes) {
  $rest .= $bytes;
  typed($1) while $rest =~ s/^(.*?)\n//s;
});
$typed->on(close => sub { typed($rest) if length $rest; typed(undef) });
$typed->start;

STDOUT->autoflush(1);
open_();
Mojo::IOLoop->start;
